#include "framework/sweep/run/run.h"

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/sweep/run/evaluate_stages.h"
#include "framework/sweep/run/run_context.h"
#include "framework/sweep/run/train_stages.h"

namespace retort {
namespace {

// What reads a failed stage fails with it.
void FailReaders(const Plan& plan, RunProgress* progress) {
  for (int index = 0; index < static_cast<int>(plan.stages.size()); ++index) {
    if (!progress->IsOpen(index)) continue;
    for (int source : {plan.stages[index].student, plan.stages[index].teacher}) {
      const auto failed = progress->failed.find(source);
      if (failed == progress->failed.end()) continue;
      progress->failed[index] =
          absl::Status(failed->second.code(),
                       absl::StrCat("stage \"", plan.stages[source].stage.name(), "\": ", failed->second.message()));
      break;
    }
  }
}

}  // namespace

absl::StatusOr<StageStatuses> RunPlan(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs) {
  const RunContext context{plan, store, inputs, options.observers, options.stop};
  RunProgress progress{store.Done(plan), {}};
  while (true) {
    FailReaders(plan, &progress);
    if (const std::vector<int> stages = NextTraining(context, progress); !stages.empty()) {
      RETORT_RETURN_IF_ERROR(TrainStages(stages, context, &progress));
    } else if (const std::vector<int> evaluations = NextEvaluations(context, progress); !evaluations.empty()) {
      RETORT_RETURN_IF_ERROR(EvaluateStages(evaluations, context, &progress));
    } else {
      return progress.failed;
    }
  }
}

absl::StatusOr<std::optional<double>> MeasureSpeed(const Plan& plan, const std::atomic<bool>* stop, const Store& store,
                                                   Inputs* inputs) {
  const RunContext context{plan, store, inputs, {}, stop};
  const std::vector<int> stages = NextTraining(context, {store.Done(plan), {}});
  if (stages.empty()) return std::nullopt;
  return MeasureTraining(stages, context);
}

}  // namespace retort
