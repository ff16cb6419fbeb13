#include "framework/sweep/show/collect_results.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/config/variants/difference.h"
#include "framework/report/watch/stage_metrics.h"

namespace retort {
namespace {

// Curves and costs from the last training stage that the evaluated student went through.
absl::Status AddTraining(const Plan& plan, int index, const Store& store, RunResult* run) {
  const PlannedStage& stage = plan.stages[index];
  run->folder = store.Folder(stage.key);
  RETORT_ASSIGN_OR_RETURN(const std::string log, store.GetMetricsLog(stage.key));
  absl::StatusOr<StageMetrics> metrics = ParseMetricsLog(log);
  if (!metrics.ok()) {
    return absl::DataLossError(absl::StrCat(run->folder, "/metrics.jsonl: ", metrics.status().message()));
  }
  FillFromStage(stage.stage.name(), stage.stage.evaluate().split(), *std::move(metrics), run);
  if (!store.HasStudent(stage.key)) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const Progress progress, store.GetProgress(stage.key));
  run->tokens = progress.tokens;
  run->student_flops = progress.student_flops;
  run->total_flops = progress.total_flops;
  run->computed_with = progress.computed_with;
  return absl::OkStatus();
}

absl::StatusOr<RunResult> CollectRun(const Plan& plan, const ExpandedVariant& variant, uint64_t seed,
                                     const StageStatuses& failed, const Store& store) {
  RunResult run;
  run.variant = variant.name;
  run.seed = seed;
  for (const Stage& stage : variant.experiment.stage()) {
    const int index = plan.Find(variant.name, seed, stage.name());
    const PlannedStage& planned = plan.stages[index];
    const auto failure = failed.find(index);
    if (failure != failed.end() && run.error.empty()) {
      run.error = absl::StrCat("stage \"", stage.name(), "\": ", failure->second.message());
    }
    if (planned.trains()) {
      run.parameters = planned.training().parameters;
      if (failure == failed.end() || store.GetMetricsLog(planned.key).ok()) {
        RETORT_RETURN_IF_ERROR(AddTraining(plan, index, store, &run));
      }
    } else if (failure == failed.end()) {
      RETORT_ASSIGN_OR_RETURN(Scores scores, store.GetScores(planned.key));
      scores.stage = stage.name();
      run.scores.push_back(std::move(scores));
    }
  }
  return run;
}

// The folder of the stage's teacher, or "@stage" where it is trained.
std::string NameOfTeacher(const Plan& plan, const PlannedStage& stage) {
  return stage.teacher < 0 ? stage.checkpoint : absl::StrCat("@", plan.stages[stage.teacher].stage.name());
}

// The same scores serve every evaluation stage that asks for them, whatever it is called.
absl::Status CollectTeachers(const Plan& plan, const Store& store, SweepResult* result) {
  std::set<std::tuple<std::string, std::string, std::string>> wanted;  // Teacher, key, evaluation stage.
  for (const PlannedStage& stage : plan.stages) {
    if (stage.trains() || !stage.reads_teacher) continue;
    const std::string teacher = NameOfTeacher(plan, stage);
    for (const StageId& id : stage.used_by) wanted.emplace(teacher, stage.evaluation().teacher_scores_key, id.stage);
  }
  for (const auto& [teacher, key, stage] : wanted) {
    if (!store.HasScores(key)) continue;
    RETORT_ASSIGN_OR_RETURN(Scores scores, store.GetScores(key));
    scores.stage = stage;
    result->teachers.push_back({teacher, std::move(scores)});
  }
  return absl::OkStatus();
}

// Threads, instruction sets and libraries change the last digits.
void WarnOfMixedComputations(SweepResult* result) {
  std::map<std::string, std::set<std::string>> variants;
  for (const RunResult& run : result->runs) {
    if (!run.computed_with.empty()) variants[run.computed_with].insert(run.variant);
  }
  if (variants.size() < 2) return;
  std::vector<std::string> parts;
  for (const auto& [computed_with, names] : variants) {
    parts.push_back(absl::StrCat(computed_with, " (", absl::StrJoin(names, ", "), ")"));
  }
  result->warnings.push_back(
      absl::StrCat("results were computed in different ways, so that their last digits would "
                   "differ even for the same experiment: ",
                   absl::StrJoin(parts, "; ")));
}

PublishedResult Published(const Reference& reference) {
  PublishedResult published{reference.variant(), reference.metric(), std::nullopt, std::nullopt, reference.source()};
  if (reference.has_delta()) published.delta = reference.delta();
  if (reference.has_value()) published.value = reference.value();
  return published;
}

}  // namespace

absl::StatusOr<SweepResult> CollectResults(const Plan& plan, const StageStatuses& failed, const Store& store) {
  SweepResult result;
  result.name = plan.sweep.name;
  result.seeds = plan.sweep.seeds;
  result.warnings = plan.warnings;
  result.metrics = plan.metrics();
  result.primary_metric = plan.sweep.report.primary_metric();
  const ExpandedVariant& base = plan.sweep.variants.front();
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (plan.Find(variant.name, result.seeds.front(), variant.experiment.stage(0).name()) < 0) continue;
    result.variants.push_back({variant.name, DescribeDifference(base.experiment, variant.experiment),
                               variant.name != base.name && AreTwins(plan, base, variant)});
    for (uint64_t seed : result.seeds) {
      RETORT_ASSIGN_OR_RETURN(RunResult run, CollectRun(plan, variant, seed, failed, store));
      result.runs.push_back(std::move(run));
    }
  }
  RETORT_RETURN_IF_ERROR(CollectTeachers(plan, store, &result));
  WarnOfMixedComputations(&result);
  for (const Reference& reference : plan.sweep.references) result.published.push_back(Published(reference));
  return result;
}

}  // namespace retort
