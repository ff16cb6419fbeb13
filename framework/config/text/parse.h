#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_PARSE_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_PARSE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/message.h"

namespace retort {

// Reads protobuf text in which plugins are written by their short names (framework/config/sweep.proto says how) into a
// message of the generated types, with each choice of a plugin in an Any. `filename` is only used in errors.
//
// Errors: InvalidArgument, one line per error, all errors of the text in one status, for example
//   x.textproto:3:31: Message type "retort.Loss" has no field named "soft_target"; linked loss plugins: cosine,
//   soft_targets (see plugins/plugins.bzl)
// where lines and columns count from 1. `message` is unspecified then.
absl::Status ParseText(absl::string_view text, absl::string_view filename, const PluginCatalogue& catalogue,
                       google::protobuf::Message* message);

// Reads a text file as ParseText does. NotFound if there is no such file.
absl::Status LoadText(const std::string& path, const PluginCatalogue& catalogue, google::protobuf::Message* message);

// Reads a sweep. `extends` is kept as it stands: LoadSweep follows it.
absl::StatusOr<Sweep> ParseSweep(absl::string_view text, absl::string_view filename,
                                 const PluginCatalogue& catalogue = PluginCatalogue::Global());

// Reads a sweep file and lays it over the one that it extends, if any, and so on. `extends` is cleared.
// Errors: as LoadText; InvalidArgument for a chain of `extends` that comes back to a file.
absl::StatusOr<Sweep> LoadSweep(const std::string& path, const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_PARSE_H_
