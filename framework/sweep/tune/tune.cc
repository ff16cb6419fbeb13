#include "framework/sweep/tune/tune.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/sweep/tune/search.h"
#include "framework/sweep/tune/tune_point.h"

namespace retort {

absl::StatusOr<Tuned> TuneSweep(const ExpandedSweep& sweep, const PlanOptions& options, const RunsSearch& run,
                                const Store& store, Inputs* inputs) {
  if (!sweep.tune) return Tuned{sweep, {}, {}};
  const TunePoint first = TunePoints(*sweep.tune).front();
  RETORT_ASSIGN_OR_RETURN(Plan plan, MakePlan(WithPoint(sweep, first), options, inputs));
  RETORT_ASSIGN_OR_RETURN(const ExpandedSweep search_sweep, SearchSweep(plan));
  PlanOptions all = options;
  all.only.clear();
  RETORT_ASSIGN_OR_RETURN(const Plan search, MakePlan(search_sweep, all, inputs));
  RETORT_ASSIGN_OR_RETURN(const std::optional<StageStatuses> failed, run(search));
  Tuned tuned;
  tuned.warnings = std::move(plan.warnings);
  if (sweep.most_minutes > 0) {
    tuned.warnings.push_back(absl::StrCat("the search of tune trains all of its steps, and its time is not among the ",
                                          sweep.most_minutes,
                                          " minutes of most_minutes, which limit what is trained after it"));
  }
  if (failed) {
    RETORT_ASSIGN_OR_RETURN(tuned.stages, Choose(plan, search, *failed, store));
  } else {
    tuned.warnings.push_back(
        absl::StrCat("what tune chooses is known once its search is done; until then all stages are planned with ",
                     first.Text(), ", the first that it tries"));
  }
  plan.sweep.controls = false;  // They are among the variants, each with its own choice.
  tuned.sweep = WithChoices(plan.sweep, tuned.stages);
  return tuned;
}

}  // namespace retort
