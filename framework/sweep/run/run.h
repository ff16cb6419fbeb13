#ifndef RETORT_FRAMEWORK_SWEEP_RUN_RUN_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_RUN_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/train/observer.h"

namespace retort {

struct RunOptions {
  std::vector<Observer*> observers;
  const std::atomic<bool>* stop = nullptr;  // Set from elsewhere: write checkpoints and return.
  std::string computed_with;                // As in CohortOptions, as the next two.
  bool inexact_resume = false;
  double checkpoint_seconds = 60;
  std::function<void(const std::string&)> say = {};  // Gets a line where work takes long that no observer sees.
  TeacherCacheSettings teacher_cache = {};           // Results do not depend on it.
};

// Computes what the store does not have yet: training stages in cohorts, evaluations for all students at once. A stage
// that fails takes along those that read it; the others go on. Processes that run plans with the same store at the same
// time share the work: each takes leases of what it begins with, and waits for what others have.
//
// Returns: the failed stages. Errors: Cancelled if stopped; what concerns all stages (a full disk).
absl::StatusOr<StageStatuses> RunPlan(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs);

// Trains the cohort that RunPlan would begin with for its first few steps, keeps nothing of it, and returns what it
// reached: floating-point operations per second, as SpeedMeter counts them. None if there are no two steps to train.
// Errors: as RunPlan.
absl::StatusOr<std::optional<double>> MeasureSpeed(const Plan& plan, const std::atomic<bool>* stop, const Store& store,
                                                   Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_RUN_H_
