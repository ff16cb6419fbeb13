#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_CUT_STEPS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_CUT_STEPS_H_

#include <string>

#include "absl/status/statusor.h"
#include "framework/config/variants/expand.h"
#include "framework/sweep/plan/plan.h"

namespace retort {

// The share of all training steps, in eighths, that fits into `most_minutes` if all of them take `seconds`; at least
// one eighth, 1 if there is no limit.
double ShareOfSteps(double seconds, double most_minutes);

// The sweep with every training stage cut to a share of the steps that it has in the plan, at least one.
ExpandedSweep CutSteps(const ExpandedSweep& sweep, const Plan& plan, double share);

// The share that a folder's earlier run decided on, so that the same command goes on with the same steps; 0 if there
// was none, or if it was decided for another limit or another base experiment. `sweep` is the one that was not cut.
// Errors: those of the file system; DataLoss, with the path, for a damaged file.
absl::StatusOr<double> LoadShareOfSteps(const std::string& output_dir, const ExpandedSweep& sweep);
absl::Status SaveShareOfSteps(const std::string& output_dir, const ExpandedSweep& sweep, double share);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_CUT_STEPS_H_
