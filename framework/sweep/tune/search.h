#ifndef RETORT_FRAMEWORK_SWEEP_TUNE_SEARCH_H_
#define RETORT_FRAMEWORK_SWEEP_TUNE_SEARCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/variants/expand.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/tune/tune_point.h"

// The search of a sweep for the settings of its training stages (Sweep.tune), as a sweep of its own. `plan` is the plan
// of the sweep with any of the points; its sweep has a `tune`, and the controls among its variants.

namespace retort {

// The sweep whose results decide: with the search's seed, a variant for each planned variant and point, called
// "<variant>,<point>", of the tuned stages with the point, what they go on from, and an evaluation of each on the
// search's split. Variants without such a stage have none.
//
// Errors: InvalidArgument, with `tune: ` in front, for data whose evaluation is not linked, has no such split or does
// not measure the metric, or a split that evaluations of the sweep itself are on.
absl::StatusOr<ExpandedSweep> SearchSweep(const Plan& plan);

// What was tried of each planned variant and stage, how it did, and what is best: the first of the best, or the first
// of all where nothing gave a number. `search` is the plan of SearchSweep, all of whose stages are in the store or
// `failed`. Errors: those of the store.
absl::StatusOr<std::vector<TunedStage>> Choose(const Plan& plan, const Plan& search, const StageStatuses& failed,
                                               const Store& store);

// The sweep with the chosen points, and nothing left to search for.
ExpandedSweep WithChoices(const ExpandedSweep& sweep, const std::vector<TunedStage>& chosen);

// The sweep with the same point in all tuned stages of all variants.
ExpandedSweep WithPoint(const ExpandedSweep& sweep, const TunePoint& point);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_TUNE_SEARCH_H_
