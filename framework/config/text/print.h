#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_PRINT_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_PRINT_H_

#include <string>

#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/message.h"

namespace retort {

// Text with plugins by their short names, as users write it; ParseText reads it back. A plugin that is not linked is
// printed as the raw fields of its Any.
std::string PrintText(const google::protobuf::Message& message,
                      const PluginCatalogue& catalogue = PluginCatalogue::Global());

// As PrintText, in one line without a line break at the end.
std::string PrintLine(const google::protobuf::Message& message,
                      const PluginCatalogue& catalogue = PluginCatalogue::Global());

// A whole file: the comments that name its schema, then PrintText. ParseSweep reads it back.
std::string PrintSweep(const Sweep& sweep, const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_PRINT_H_
