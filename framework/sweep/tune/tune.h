#ifndef RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_H_
#define RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/variants/expand.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// A sweep whose settings are chosen.
struct Tuned {
  ExpandedSweep sweep;                // Without `tune`, and with the controls among its variants where it was tuned.
  std::vector<TunedStage> stages;     // What was tried and chosen; empty if nothing was.
  std::vector<std::string> warnings;  // What the plan of the sweep does not say by itself.
};

// Computes the stages of the search's plan that the store lacks and returns those that failed; none if it only looks at
// the plan and not all results are there.
using RunsSearch = std::function<absl::StatusOr<std::optional<StageStatuses>>(const Plan& search)>;

// Chooses the settings of a sweep's training stages by its search (Sweep.tune): plans the search, runs it, and takes
// for each variant, and each task, what did best. All of it follows from the sweep and the store's results, so that the
// same command computes nothing again. A sweep without `tune` stays as it is. Where the search is only looked at, all
// stages have the first point, and a warning says so. Sweep.most_minutes does not cut the search, which a warning says.
//
// Errors: as SearchSweep (search.h) and MakePlan; those of `run` and the store.
absl::StatusOr<Tuned> TuneSweep(const ExpandedSweep& sweep, const PlanOptions& options, const RunsSearch& run,
                                const Store& store, Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_H_
