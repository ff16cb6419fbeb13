#include "framework/sweep/run/train_stages.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "ATen/ops/isfinite.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/data/step_source.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/run/augment_stage.h"
#include "framework/sweep/run/make_models.h"
#include "framework/sweep/run/open_teacher_cache.h"
#include "framework/sweep/run/speed.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/train/cohort.h"
#include "framework/train/objective/objective.h"
#include "framework/train/student/student_trainer.h"

namespace retort {
namespace {

constexpr int64_t kMeasuredSteps = 3;   // The first of them warms up.
constexpr int64_t kStepsPerFetch = 10;  // On a GPU, which a fetch waits for.

// What TrainCohort needs, with all that it points to.
struct ReadyCohort {
  std::unique_ptr<ReadyModel> teacher;  // Null: none is read.
  std::vector<std::unique_ptr<Encoder>> encoders;
  std::vector<CohortMember> members;
  CohortOptions options;
};

// The members that can go on together: all, if they have a checkpoint in common or none at all; else those whose
// newest checkpoint is the first member's.
std::vector<int> SameCheckpoint(const std::vector<int>& cohort, const RunContext& context) {
  std::vector<std::string> folders;
  bool any = false;
  for (int index : cohort) {
    folders.push_back(context.store.CheckpointFolder(context.plan.stages[index].key));
    any = any || !ListCheckpoints(folders.back()).empty();
  }
  if (!any || NewestCommonCheckpoint(folders) > 0) return cohort;
  std::vector<int> same;
  const int64_t newest = NewestCommonCheckpoint({folders.front()});
  for (size_t i = 0; i < cohort.size(); ++i) {
    if (NewestCommonCheckpoint({folders[i]}) == newest) same.push_back(cohort[i]);
  }
  return same;
}

// Of a step of mean length, cut into equal parts.
MicroBatchRows MicroBatchRowsOf(const PlannedStage& stage) {
  const StepShape step = MeanStep(*stage.training().source);
  const double real = static_cast<double>(step.tokens) / stage.stage.batch().micro_batches();
  return {real, real * step.labelled_share};
}

absl::StatusOr<CohortMember> MakeMember(const PlannedStage& stage, const Encoder& encoder, const EncoderConfig* teacher,
                                        const RunContext& context) {
  RETORT_ASSIGN_OR_RETURN(Objective objective, Objective::Create(stage.stage.loss(), {stage.config, teacher}));
  objective.ChooseForms(MicroBatchRowsOf(stage), context.plan.device.type());
  RETORT_ASSIGN_OR_RETURN(const ParameterSet initial, InitialParameters(stage, context));
  RETORT_ASSIGN_OR_RETURN(const ParameterSet all, WithTermParameters(stage, initial, objective, context));
  StudentOptions options{stage.stage, stage.seed, stage.precision, context.plan.device, stage.training().total_steps};
  CohortMember member;
  member.id = stage.used_by.front();
  member.encoder = &encoder;
  RETORT_ASSIGN_OR_RETURN(member.student,
                          StudentTrainer::Create(encoder, std::move(objective), all, std::move(options)));
  member.checkpoint_folder = context.store.CheckpointFolder(stage.key);
  return member;
}

// Means of the metrics of every student.
CohortEvaluator MakeEvaluator(std::shared_ptr<const HeldOutExamples> examples, c10::Device device) {
  return [examples = std::move(examples), device](const auto& members) {
    std::vector<EvaluatedModel> models;
    for (const CohortMember* member : members) models.push_back({member->encoder, &member->student->parameters()});
    std::vector<std::map<std::string, double>> metrics;
    for (const MetricScores& scores : examples->Score(models, std::nullopt, device)) {
      auto& means = metrics.emplace_back();
      for (const auto& [name, score] : scores) means[name] = score.Mean();
    }
    return absl::StatusOr<std::vector<std::map<std::string, double>>>(std::move(metrics));
  };
}

CohortOptions MakeCohortOptions(const PlannedStage& stage, std::shared_ptr<const StepSource> source,
                                const RunContext& context) {
  const TrainingWork& work = stage.training();
  CohortOptions options;
  options.step_batch = [source = std::move(source)](int64_t step) { return source->Step(step); };
  options.total_steps = work.total_steps;
  options.micro_batches = stage.stage.batch().micro_batches();
  options.row_chunk = stage.stage.row_chunk();
  options.students_at_once = context.plan.students_at_once;
  options.device = context.plan.device;
  options.steps_per_fetch = options.device.is_cpu() ? 1 : kStepsPerFetch;
  options.checkpoint_steps = stage.stage.checkpoint_steps();
  options.checkpoint_seconds = context.checkpoint_seconds;
  options.computed_with = context.computed_with;
  options.inexact_resume = context.inexact_resume;
  options.stop = context.stop;
  options.observers = context.observers;
  options.ranks = context.ranks;
  if (!work.evaluation) return options;
  options.evaluate_every_steps = stage.stage.evaluate().every_steps();
  options.evaluate_every_tokens = stage.stage.evaluate().every_tokens();
  options.metrics = work.evaluation->evaluator->metrics();
  options.evaluate = MakeEvaluator(work.evaluation->examples, context.plan.device);
  return options;
}

// `source`: what the members are trained on.
absl::StatusOr<ReadyCohort> MakeCohort(const std::vector<int>& indices, std::shared_ptr<const StepSource> source,
                                       const RunContext& context) {
  const PlannedStage* const taught = TaughtStage(context.plan, indices);
  const PlannedStage& first = context.plan.stages[indices.front()];
  ReadyCohort cohort;
  if (taught != nullptr) {
    RETORT_ASSIGN_OR_RETURN(ReadyModel teacher, MakeTeacher(*taught, first.precision, context));
    cohort.teacher = std::make_unique<ReadyModel>(std::move(teacher));
  }
  for (int index : indices) {
    const PlannedStage& stage = context.plan.stages[index];
    cohort.encoders.push_back(std::make_unique<Encoder>(stage.config));
    const EncoderConfig* config = stage.reads_teacher ? &cohort.teacher->encoder->config() : nullptr;
    RETORT_ASSIGN_OR_RETURN(CohortMember member, MakeMember(stage, *cohort.encoders.back(), config, context));
    cohort.members.push_back(std::move(member));
  }
  cohort.options = MakeCohortOptions(first, std::move(source), context);
  if (taught != nullptr) {
    cohort.options.teacher.encoder = cohort.teacher->encoder.get();
    cohort.options.teacher.parameters = &cohort.teacher->parameters;
    if (taught->teacher_dropout) cohort.options.teacher.dropout = Dropout{taught->seed};
  }
  return cohort;
}

// Stores a member's student, or notes why there is none.
absl::Status StoreStudent(int index, const CohortMember& member, const MemberResult& result, const RunContext& context,
                          RunProgress* progress) {
  if (!result.status.ok()) {
    progress->failed[index] = result.status;
    return absl::OkStatus();
  }
  ParameterSet kept(member.student->parameters().specs(), at::kFloat, c10::Device(at::kCPU));
  at::Tensor flat = kept.flat();
  flat.copy_(result.parameters.detach());
  if (!at::isfinite(flat).all().item<bool>()) {  // The last step's update, which no loss has seen.
    progress->failed[index] = absl::AbortedError(
        absl::StrCat("step ", result.progress.step, ": parameters: want finite values, got NaN or infinity"));
    return absl::OkStatus();
  }
  const MustFinish storing;
  RETORT_RETURN_IF_ERROR(OnFirstRank(
      context.ranks, [&] { return context.store.PutStudent(context.plan.stages[index], kept, result.progress); }));
  progress->done.insert(index);
  return absl::OkStatus();
}

}  // namespace

std::vector<int> NextTraining(const RunContext& context, const RunProgress& progress) {
  StageIndices closed = progress.elsewhere;
  for (const auto& [index, status] : progress.failed) closed.insert(index);
  const std::vector<std::vector<int>> cohorts = Cohorts(context.plan, progress.done, closed);
  return cohorts.empty() ? std::vector<int>() : SameCheckpoint(cohorts.front(), context);
}

absl::Status TrainStages(const std::vector<int>& stages, const RunContext& context, RunProgress* progress) {
  RETORT_RETURN_IF_ERROR(OnFirstRank(context.ranks, [&] {
    for (int index : stages) RETORT_RETURN_IF_ERROR(context.store.Begin(context.plan.stages[index]));
    return absl::OkStatus();
  }));
  RETORT_ASSIGN_OR_RETURN(std::shared_ptr<const StepSource> source,
                          TrainingSource(context.plan.stages[stages.front()], context));
  RETORT_ASSIGN_OR_RETURN(ReadyCohort cohort, MakeCohort(stages, std::move(source), context));
  OpenedTeacherCache opened;
  if (cohort.teacher != nullptr) opened = OpenTeacherCache(stages, cohort.teacher->encoder->config(), context);
  cohort.options.teacher.cache = opened.cache.get();
  cohort.options.left = [&](size_t i, const MemberResult& result) {
    return StoreStudent(stages[i], cohort.members[i], result, context, progress);
  };
  const absl::Status trained = TrainCohort(cohort.options, &cohort.members).status();
  SayWhatWasRead(stages, opened, context);
  return trained;
}

absl::StatusOr<std::optional<double>> MeasureTraining(const std::vector<int>& stages, const RunContext& context) {
  const TrainingWork& work = context.plan.stages[stages.front()].training();
  RETORT_ASSIGN_OR_RETURN(ReadyCohort cohort, MakeCohort(stages, work.source, context));
  SpeedMeter meter;
  cohort.options.total_steps = std::min(cohort.options.total_steps, kMeasuredSteps);
  cohort.options.evaluate = nullptr;
  cohort.options.observers = {&meter};
  for (CohortMember& member : cohort.members) member.checkpoint_folder.clear();
  RETORT_RETURN_IF_ERROR(TrainCohort(cohort.options, &cohort.members).status());
  return meter.flops_per_second();
}

}  // namespace retort
