#include "framework/sweep/run/evaluate_stages.h"

#include <optional>
#include <string>
#include <utility>

#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/eval/evaluated_model.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/run/make_models.h"

namespace retort {
namespace {

// The students of the stages, in float32.
absl::StatusOr<std::vector<ReadyModel>> MakeStudents(const std::vector<int>& stages, const RunContext& context) {
  std::vector<ReadyModel> students;
  for (int index : stages) {
    const PlannedStage& stage = context.plan.stages[index];
    RETORT_RETURN_IF_ERROR(OnFirstRank(context.ranks, [&] { return context.store.Begin(stage); }));
    RETORT_ASSIGN_OR_RETURN(const ParameterSet parameters, InitialParameters(stage, context));
    RETORT_ASSIGN_OR_RETURN(ReadyModel student, MakeReady(stage, stage.config, parameters, at::kFloat, context));
    students.push_back(std::move(student));
  }
  return students;
}

EvaluatedModel View(const ReadyModel& model) { return {model.encoder.get(), &model.parameters}; }

}  // namespace

std::vector<int> NextEvaluations(const RunContext& context, const RunProgress& progress) {
  StageIndices closed = progress.elsewhere;
  for (const auto& [index, status] : progress.failed) closed.insert(index);
  return NextEvaluations(context.plan, progress.done, closed);
}

absl::Status EvaluateStages(const std::vector<int>& stages, const RunContext& context, RunProgress* progress) {
  const PlannedStage& first = context.plan.stages[stages.front()];
  const EvaluationWork& work = first.evaluation();
  RETORT_ASSIGN_OR_RETURN(const std::vector<ReadyModel> students, MakeStudents(stages, context));
  std::vector<EvaluatedModel> models;
  for (const ReadyModel& student : students) models.push_back(View(student));
  std::optional<ReadyModel> teacher;
  if (first.reads_teacher) {
    RETORT_ASSIGN_OR_RETURN(teacher, MakeTeacher(first, at::kFloat, context));
  }
  if (teacher && !context.store.HasScores(work.teacher_scores_key)) models.push_back(View(*teacher));
  const std::optional<EvaluatedModel> beside = teacher ? std::optional(View(*teacher)) : std::nullopt;

  std::vector<MetricScores> scores;
  RETORT_RETURN_IF_ERROR(TryTorch("evaluation", [&] {
    scores = work.evaluation.examples->Score(models, beside, context.plan.device);
    return absl::OkStatus();
  }));
  const auto put = [&](const std::string& key, const PlannedStage& stage, MetricScores of_model) {
    const Scores scores_of_model{stage.stage.name(),         work.evaluation.evaluator->split(),
                                 std::move(of_model),        work.evaluation.examples->MeasuredOn(),
                                 stage.evaluation().teacher, context.computed_with};
    return OnFirstRank(context.ranks, [&] { return context.store.PutScores(key, scores_of_model); });
  };
  if (models.size() > stages.size()) {
    RETORT_RETURN_IF_ERROR(put(work.teacher_scores_key, first, std::move(scores.back())));
  }
  for (size_t i = 0; i < stages.size(); ++i) {
    const PlannedStage& stage = context.plan.stages[stages[i]];
    RETORT_RETURN_IF_ERROR(put(stage.key, stage, std::move(scores[i])));
    progress->done.insert(stages[i]);
  }
  return absl::OkStatus();
}

}  // namespace retort
