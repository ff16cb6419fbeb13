#include "framework/sweep/run/run.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/memory.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/run/augment_stage.h"
#include "framework/sweep/run/evaluate_stages.h"
#include "framework/sweep/run/run_context.h"
#include "framework/sweep/run/train_stages.h"
#include "framework/sweep/store/lease.h"

namespace retort {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(300);  // Between looks at what others have done.

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

// Stages that this process has the leases of.
struct TakenStages {
  std::vector<int> stages;  // Of one kind. Empty: there is nothing to begin.
  std::vector<std::unique_ptr<Lease>> leases;
};

// Takes the leases of stages. Those that others have go to `elsewhere`, those that others finished meanwhile to `done`;
// if there are any, none is taken.
absl::StatusOr<std::vector<std::unique_ptr<Lease>>> TakeLeases(const std::vector<int>& stages,
                                                               const RunContext& context, RunProgress* progress) {
  std::vector<std::unique_ptr<Lease>> leases;
  for (int index : stages) {
    const PlannedStage& stage = context.plan.stages[index];
    RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Lease> lease, Lease::TryTake(context.store.Folder(stage.key)));
    if (lease == nullptr) {
      progress->elsewhere.insert(index);
    } else if (context.store.Has(stage)) {
      progress->done.insert(index);
    } else {
      leases.push_back(std::move(lease));
    }
  }
  if (leases.size() < stages.size()) leases.clear();
  return leases;
}

// The stages to begin with, if nobody else works on them.
std::vector<int> NextStages(const RunContext& context, const RunProgress& progress) {
  StageIndices closed = progress.elsewhere;
  for (const auto& [index, status] : progress.failed) closed.insert(index);
  const int augmentation = NextAugmentation(context.plan, progress.done, closed);
  if (augmentation >= 0) return {augmentation};
  std::vector<int> training = NextTraining(context, progress);
  return training.empty() ? NextEvaluations(context, progress) : training;
}

// The next stages that nobody else works on.
absl::StatusOr<TakenStages> TakeStages(const RunContext& context, RunProgress* progress) {
  while (true) {
    FailReaders(context.plan, progress);
    TakenStages taken;
    taken.stages = NextStages(context, *progress);
    if (taken.stages.empty()) return taken;
    RETORT_ASSIGN_OR_RETURN(taken.leases, TakeLeases(taken.stages, context, progress));
    if (!taken.leases.empty()) return taken;
  }
}

// Waits until others may have come further.
absl::Status WaitForOthers(const RunContext& context, RunProgress* progress) {
  if (context.stopped()) return absl::CancelledError("interrupted while another process works on the rest");
  absl::SleepFor(kPause);
  progress->elsewhere.clear();
  progress->done.merge(context.store.Done(context.plan));
  return absl::OkStatus();
}

absl::Status RunByKind(const std::vector<int>& stages, const RunContext& context, RunProgress* progress) {
  const PlannedStage& first = context.plan.stages[stages.front()];
  if (first.augments()) return AugmentStage(stages.front(), context, progress);
  return first.trains() ? TrainStages(stages, context, progress) : EvaluateStages(stages, context, progress);
}

// What would help where memory ran out.
const char* WayOut(const PlannedStage& stage) {
  if (stage.augments()) return "augment with a smaller model (augmentation.model)";
  return stage.trains()
             ? "compute a step in more slices (batch.micro_batches), or train fewer variants at once (--only)"
             : "evaluate fewer variants at once (--only)";
}

// Does the work of the stages. Where memory runs out, the error names whose, and what would help.
absl::Status RunStages(const std::vector<int>& stages, const RunContext& context, RunProgress* progress) {
  const absl::Status status = TryTorch("running it", [&] { return RunByKind(stages, context, progress); });
  if (!IsOutOfMemory(status)) return status;
  const PlannedStage& first = context.plan.stages[stages.front()];
  return absl::ResourceExhaustedError(absl::StrCat("stage \"", first.stage.name(), "\" of ",
                                                   VariantNames(context.plan, stages), ": ", status.message(), "; ",
                                                   WayOut(first)));
}

}  // namespace

absl::StatusOr<StageStatuses> RunPlan(const Plan& plan, const RunOptions& options, const Store& store, Inputs* inputs) {
  const RunContext context{plan,
                           store,
                           inputs,
                           options.observers,
                           options.stop,
                           options.computed_with,
                           options.inexact_resume,
                           options.checkpoint_seconds,
                           options.say,
                           options.teacher_cache};
  RunProgress progress;
  progress.done = store.Done(plan);
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const TakenStages taken, TakeStages(context, &progress));
    if (taken.stages.empty() && progress.elsewhere.empty()) break;
    if (taken.stages.empty()) {
      RETORT_RETURN_IF_ERROR(WaitForOthers(context, &progress));
    } else {
      RETORT_RETURN_IF_ERROR(RunStages(taken.stages, context, &progress));
      GiveBackFreedMemory();
    }
  }
  store.Tidy(plan);
  return progress.failed;
}

absl::StatusOr<std::optional<double>> MeasureSpeed(const Plan& plan, const std::atomic<bool>* stop, const Store& store,
                                                   Inputs* inputs) {
  const RunContext context{plan, store, inputs, {}, stop};
  const std::vector<int> stages = NextTraining(context, {store.Done(plan), {}, {}});
  if (stages.empty()) return std::nullopt;
  return MeasureTraining(stages, context);
}

}  // namespace retort
