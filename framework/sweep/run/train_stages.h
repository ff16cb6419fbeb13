#ifndef RETORT_FRAMEWORK_SWEEP_RUN_TRAIN_STAGES_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_TRAIN_STAGES_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/sweep/run/run_context.h"

// The executor of training stages.

namespace retort {

// The training stages to run next, together: the first cohort that is left, or those of it whose newest checkpoint is
// the first member's where the members have none in common. Empty: there is nothing to train.
std::vector<int> NextTraining(const RunContext& context, const RunProgress& progress);

// Trains the stages as one cohort and stores their students. A member that stops fails alone. Errors: Cancelled if
// stopped; what concerns all members.
absl::Status TrainStages(const std::vector<int>& stages, const RunContext& context, RunProgress* progress);

// Trains the stages' cohort for its first few steps, keeps nothing of it, and returns the speed that it reached, in
// floating-point operations per second; none if there are no two steps to train.
absl::StatusOr<std::optional<double>> MeasureTraining(const std::vector<int>& stages, const RunContext& context);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_TRAIN_STAGES_H_
