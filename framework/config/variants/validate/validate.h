#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_VALIDATE_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// Whether a name of a sweep, stage, loss or define is well formed: 1 to 100 letters, digits, '_' and '-'.
bool IsPlainName(absl::string_view name);

// Checks all of an experiment that needs neither plugins nor files: names, references between stages, what a stage must
// have, and the range of each number. An experiment all of whose stages go on from the teacher has no student and wants
// no `init`. The experiment has its defaults (FillDefaults) and neither `use` nor `remove`.
//
// Errors: InvalidArgument with one line per problem, each `<place>: want ..., got ...`, for example
//   stage "distil": loss "ce": weight: want a finite number >= 0, got -1
absl::Status ValidateExperiment(const Experiment& experiment,
                                const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_VALIDATE_H_
