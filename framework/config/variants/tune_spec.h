#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_TUNE_SPEC_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_TUNE_SPEC_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// The search of a sweep with its defaults: seed and split. `seeds` are the sweep's, `base` is its expanded base.
//
// Errors: InvalidArgument for a grid without values, or with values that cannot be, a seed or a split that the report
// uses, or a stage that does not train.
absl::StatusOr<Tune> ExpandTune(const Sweep& sweep, const std::vector<uint64_t>& seeds, const Experiment& base);

// The places of the stages that the search tunes in an expanded experiment: those of the name that it gives, of every
// task, or the last training stage, or that of every task. Empty if the experiment has none of them.
std::vector<int> TunedStages(const Experiment& experiment, const Tune& tune);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_TUNE_SPEC_H_
