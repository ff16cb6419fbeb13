#ifndef RETORT_FRAMEWORK_SWEEP_RUN_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_H_

#include <atomic>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/report/sweep_result.h"
#include "framework/sweep/inputs.h"
#include "framework/sweep/plan.h"
#include "framework/sweep/store.h"
#include "framework/train/observer.h"

namespace retort {

struct RunOptions {
  std::vector<Observer*> observers;
  const std::atomic<bool>* stop = nullptr;  // Set from elsewhere: write checkpoints and return.
};

// What became of each planned stage; by index.
using StageStatuses = std::map<int, absl::Status>;

// Computes what the store does not have yet: training stages in cohorts, evaluations for all students at once. A stage
// that fails takes along those that read it; the others go on.
//
// Returns: the failed stages. Errors: Cancelled if stopped; what concerns all stages (a full disk).
absl::StatusOr<StageStatuses> RunPlan(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs);

// Everything the store knows of a plan, for reports.
absl::StatusOr<SweepResult> CollectResults(const Plan& plan, const StageStatuses& failed, const Store& store);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_H_
