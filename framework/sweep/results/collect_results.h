#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_COLLECT_RESULTS_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_COLLECT_RESULTS_H_

#include "absl/status/statusor.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// Everything the store knows of a plan, for reports; `failed` as RunPlan() returns it. Errors: results that are not
// there, or cannot be read (NotFound, DataLoss).
absl::StatusOr<SweepResult> CollectResults(const Plan& plan, const StageStatuses& failed, const Store& store);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_COLLECT_RESULTS_H_
