#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_MOST_MINUTES_CUT_STEPS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_MOST_MINUTES_CUT_STEPS_H_

#include <string>

#include "absl/status/status.h"
#include "framework/config/variants/expand.h"
#include "framework/sweep/plan/plan.h"

namespace retort {

// The share of all training steps, in eighths, that fits into `most_minutes` if all of them take `seconds`; at least
// one eighth, 1 if there is no limit.
double ShareOfSteps(double seconds, double most_minutes);

// The sweep with every training stage cut to a share of the steps that it has in the plan, at least one.
ExpandedSweep CutSteps(const ExpandedSweep& sweep, const Plan& plan, double share);

// The folder below a store in which the decision for this limit and base experiment is kept: who decides has its lease.
// `sweep` is the one that was not cut.
std::string ShareFolder(const std::string& store_dir, const ExpandedSweep& sweep);

// The share that an earlier run, or another process, decided on, so that the same command trains with the same steps; 0
// if there is none, or if it is damaged: then it is decided anew.
double LoadShareOfSteps(const std::string& folder);
absl::Status SaveShareOfSteps(const std::string& folder, double share);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_MOST_MINUTES_CUT_STEPS_H_
