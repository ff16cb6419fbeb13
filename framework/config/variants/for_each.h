#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_FOR_EACH_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_FOR_EACH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// Puts plain stages in the place of Experiment.for_each, behind those that are there, task by task: each task's overlay
// lies over the stages of for_each, which then get their task, its name before theirs, and references to one another by
// these names, wherever a string says "@name" (framework/config/sweep.proto, ForEach). Nothing to do without for_each.
//
// Errors: InvalidArgument naming the place: no tasks or stages, names that are not plain, stand twice or would after
// the expansion, an overlay that holds more than stages or does not fit. `experiment` is unspecified then.
absl::Status ExpandForEach(Experiment* experiment);

// The tasks of an expanded experiment, in the order of their first stages.
std::vector<std::string> TasksOf(const Experiment& experiment);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_FOR_EACH_H_
