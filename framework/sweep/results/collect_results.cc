#include "framework/sweep/results/collect_results.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/config/variants/difference.h"
#include "framework/data/step_source.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/example_text.h"
#include "framework/eval/scores/macro_average.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/watch/stage_metrics.h"
#include "framework/sweep/results/final_students.h"
#include "framework/sweep/results/settings.h"
#include "framework/sweep/results/training_logs.h"

namespace retort {
namespace {

// Puts the values of a map under the names that metrics have among several tasks.
template <typename Value>
void NameByTask(const std::string& task, std::map<std::string, Value>* by_metric) {
  std::map<std::string, Value> named;
  for (auto& [metric, value] : *by_metric) named[OfTask(task, metric)] = std::move(value);
  *by_metric = std::move(named);
}

// Collects one run, stage by stage.
class RunCollector {
 public:
  RunCollector(const Plan& plan, const ExpandedVariant& variant, uint64_t seed, const Store& store,
               const TrainingLogs& logs)
      : plan_(plan), variant_(variant), seed_(seed), store_(store), logs_(logs) {
    run_.variant = variant.name;
    run_.seed = seed;
    for (const Stage& stage : variant.experiment.stage()) {
      const int index = Find(stage);
      trains_student_ |= plan.stages[index].trains() && !TrainsTeacher(plan, index);
    }
  }

  absl::StatusOr<RunResult> Collect(const StageStatuses& failed) && {
    for (const Stage& stage : variant_.experiment.stage()) {
      const int index = Find(stage);
      const PlannedStage& planned = plan_.stages[index];
      const auto failure = failed.find(index);
      const bool finished = failure == failed.end();
      if (!finished && run_.error.empty()) {
        run_.error = absl::StrCat("stage \"", stage.name(), "\": ", failure->second.message());
      }
      if (planned.trains()) {
        if (Counts(index)) AddSizes(planned);
        if (logs_.Find(index) != nullptr) RETORT_RETURN_IF_ERROR(AddTraining(stage, index));
      } else if (planned.evaluates() && finished) {
        RETORT_RETURN_IF_ERROR(AddScores(stage, planned));
      }
    }
    if (steps_ > 0) run_.clipped_share = clipped_steps_ / steps_;
    if (positions_ > 0) run_.padding_share = 1 - static_cast<double>(run_.tokens) / positions_;
    return std::move(run_);
  }

 private:
  int Find(const Stage& stage) const { return plan_.Find(variant_.name, seed_, stage.name()); }

  // Whether a training stage counts for the costs: those of the teacher do if there are no others.
  bool Counts(int index) const { return !trains_student_ || !TrainsTeacher(plan_, index); }

  // Of the student, and of what taught it last.
  void AddSizes(const PlannedStage& stage) {
    run_.parameters = stage.training().parameters;
    if (stage.teacher_parameters > 0) run_.teacher_parameters = stage.teacher_parameters;
  }

  absl::Status AddTraining(const Stage& config, int index) {
    const PlannedStage& stage = plan_.stages[index];
    StageMetrics metrics = *logs_.Find(index);
    if (store_.HasStudent(stage.key)) {
      RETORT_ASSIGN_OR_RETURN(const Progress progress, store_.GetProgress(stage.key));
      metrics.tokens = progress.tokens;
      metrics.student_flops = progress.student_flops;
      metrics.total_flops = progress.total_flops;
      if (progress.stopped_step > 0) run_.stopped_steps[config.name()] = progress.stopped_step;
      run_.computed_with.insert(progress.computed_with);
    }
    if (Counts(index)) {
      run_.folder = store_.Folder(stage.key);
      run_.seconds += logs_.SecondsOf(index);
      AddCosts(metrics, MeanStep(*stage.training().source).padding_share());
    }
    AddCurves(config, stage, std::move(metrics));
    return absl::OkStatus();
  }

  void AddCosts(const StageMetrics& metrics, double padding_share) {
    run_.tokens += metrics.tokens;
    positions_ += static_cast<double>(metrics.tokens) / (1 - padding_share);
    run_.student_flops += metrics.student_flops;
    run_.total_flops += metrics.total_flops;
    if (metrics.steps.empty()) return;
    const double steps = static_cast<double>(metrics.steps.back().step);
    steps_ += steps;
    clipped_steps_ += metrics.clipped_share * steps;
  }

  void AddCurves(const Stage& config, const PlannedStage& stage, StageMetrics metrics) {
    for (EvaluationRecord& record : metrics.evaluations) NameByTask(config.task(), &record.metrics);
    const std::optional<PlannedEvaluation>& evaluation = stage.training().evaluation;
    run_.curves.push_back({config.name(), std::move(metrics.steps), std::move(metrics.evaluations),
                           stage.stage.evaluate().split(), evaluation ? evaluation->examples->MeasuredOn() : ""});
  }

  absl::Status AddScores(const Stage& config, const PlannedStage& stage) {
    RETORT_ASSIGN_OR_RETURN(Scores scores, store_.GetScores(stage.key));
    scores.stage = config.name();
    NameByTask(config.task(), &scores.metrics);
    run_.computed_with.insert(scores.computed_with);
    run_.scores.push_back(std::move(scores));
    return absl::OkStatus();
  }

  const Plan& plan_;
  const ExpandedVariant& variant_;
  const uint64_t seed_;
  const Store& store_;
  const TrainingLogs& logs_;
  bool trains_student_ = false;
  double steps_ = 0, clipped_steps_ = 0;
  double positions_ = 0;  // Of the batches that the tokens stand in, padding included.
  RunResult run_;
};

// The planned stages of a variant's stage, one for each seed.
std::vector<const PlannedStage*> BySeed(const Plan& plan, const ExpandedVariant& variant, const Stage& stage) {
  std::vector<const PlannedStage*> planned;
  for (uint64_t seed : plan.sweep.seeds) {
    planned.push_back(&plan.stages[plan.Find(variant.name, seed, stage.name())]);
  }
  return planned;
}

// An evaluation stage of a variant that has a teacher beside it.
struct TaughtStage {
  std::string variant, stage, task;
  std::vector<const PlannedStage*> by_seed;

  bool trained() const { return by_seed.front()->teacher >= 0; }
  // Equal for those with the same teacher, or with the same teachers for every seed.
  std::string Identity() const {
    std::vector<std::string> identities;
    for (const PlannedStage* planned : by_seed) identities.push_back(planned->evaluation().teacher);
    return absl::StrJoin(identities, " ");
  }
};

std::vector<TaughtStage> TaughtStages(const Plan& plan) {
  std::vector<TaughtStage> taught;
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (!plan.Has(variant.name)) continue;
    for (const Stage& stage : variant.experiment.stage()) {
      TaughtStage candidate{variant.name, stage.name(), stage.task(), BySeed(plan, variant, stage)};
      const PlannedStage& planned = *candidate.by_seed.front();
      if (planned.evaluates() && planned.reads_teacher) taught.push_back(std::move(candidate));
    }
  }
  return taught;
}

// What a stage calls its teacher. The stage that trains one for each task has one name for all of them, "@teacher".
std::string TeacherName(const Plan& plan, const PlannedStage& stage) {
  const std::string name = plan.TeacherOf(stage);
  if (stage.teacher < 0) return name;
  const std::string& task = plan.stages[stage.teacher].stage.task();
  absl::string_view rest = name;
  return !task.empty() && absl::ConsumePrefix(&rest, absl::StrCat("@", task, "_")) ? absl::StrCat("@", rest) : name;
}

// Names by TaughtStage::Identity: of a teacher, by what the first variant that has it calls it. Where several of one
// task have one name, their variants follow.
std::map<std::string, std::string> NamesOfTeachers(const Plan& plan, const std::vector<TaughtStage>& stages) {
  std::map<std::string, std::string> names;
  std::map<std::pair<std::string, std::string>, std::vector<const TaughtStage*>> by_name;  // Task, name.
  for (const TaughtStage& stage : stages) {
    const std::string name = TeacherName(plan, *stage.by_seed.front());
    if (names.emplace(stage.Identity(), name).second) by_name[{stage.task, name}].push_back(&stage);
  }
  for (const auto& [key, teachers] : by_name) {
    if (teachers.size() == 1) continue;
    for (const TaughtStage* stage : teachers) {
      names[stage->Identity()] = absl::StrCat(key.second, " of ", stage->variant);
    }
  }
  return names;
}

// The same scores serve every evaluation stage that asks for them, whatever it is called.
absl::Status CollectTeachers(const Plan& plan, const Store& store, SweepResult* result) {
  const std::vector<TaughtStage> stages = TaughtStages(plan);
  const std::map<std::string, std::string> names = NamesOfTeachers(plan, stages);
  std::set<std::pair<std::string, std::string>> there;  // Evaluation stage, key.
  for (const TaughtStage& stage : stages) {
    for (size_t i = 0; i < stage.by_seed.size(); ++i) {
      const std::string& key = stage.by_seed[i]->evaluation().teacher_scores_key;
      if (!store.HasScores(key) || !there.emplace(stage.stage, key).second) continue;
      RETORT_ASSIGN_OR_RETURN(Scores scores, store.GetScores(key));
      scores.stage = stage.stage;
      NameByTask(stage.task, &scores.metrics);
      std::optional<uint64_t> seed;
      if (stage.trained()) seed = plan.stages[stage.by_seed[i]->teacher].seed;
      result->teachers.push_back(
          {names.at(stage.Identity()), std::move(scores), seed, stage.by_seed[i]->teacher_parameters});
    }
  }
  return absl::OkStatus();
}

// Threads, instruction sets and libraries change the last digits.
void WarnOfMixedComputations(SweepResult* result) {
  std::map<std::string, std::set<std::string>> variants;
  for (const RunResult& run : result->runs) {
    for (const std::string& computed_with : run.computed_with) variants[computed_with].insert(run.variant);
  }
  for (const TeacherScores& teacher : result->teachers) {
    variants[teacher.scores.computed_with].insert(absl::StrCat("teacher ", teacher.teacher));
  }
  variants.erase("");
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

// Of what final evaluations measure.
std::map<std::string, std::vector<ExampleText>> TextsOf(const Plan& plan) {
  std::map<std::string, std::vector<ExampleText>> texts;
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.evaluates()) continue;
    const HeldOutExamples& examples = *stage.evaluation().evaluation.examples;
    const auto [entry, is_new] = texts.try_emplace(examples.MeasuredOn());
    if (is_new) entry->second = examples.Texts();
    if (entry->second.empty()) texts.erase(entry);
  }
  return texts;
}

VariantInfo DescribeVariant(const Plan& plan, const ExpandedVariant& base, const ExpandedVariant& variant) {
  VariantInfo info{variant.name, DescribeDifference(base.experiment, variant.experiment)};
  if (variant.name == base.name) return info;
  info.twin_of_base = AreTwins(plan, base, variant);
  for (const Stage& stage : variant.experiment.stage()) {
    const uint64_t seed = plan.sweep.seeds.front();
    const int ours = plan.Find(variant.name, seed, stage.name()), theirs = plan.Find(base.name, seed, stage.name());
    if (ours == theirs && plan.stages[ours].evaluates()) info.shared_stages.insert(stage.name());
  }
  return info;
}

// A published metric that has the name of one here is answered by that.
PublishedResult Published(const Plan& plan, const Reference& reference) {
  PublishedResult published{reference.variant(), reference.metric(), std::nullopt, std::nullopt, reference.source()};
  if (reference.has_delta()) published.delta = reference.delta();
  if (reference.has_value()) published.value = reference.value();
  const MetricSpecs metrics = plan.metrics();
  const auto is_published = [&](const MetricSpec& metric) { return metric.name == reference.metric(); };
  const auto is_macro = [&](const MacroAverage& macro) { return is_published(macro.metric); };
  if (reference.has_answers()) {
    published.answers = reference.answers();
  } else if (std::any_of(metrics.begin(), metrics.end(), is_published) ||
             std::any_of(plan.macros.begin(), plan.macros.end(), is_macro)) {
    published.answers = reference.metric();
  }
  return published;
}

}  // namespace

absl::StatusOr<SweepResult> CollectResults(const Plan& plan, const StageStatuses& failed, const Store& store) {
  SweepResult result;
  result.name = plan.sweep.name;
  result.seeds = plan.sweep.seeds;
  result.warnings = plan.warnings;
  result.metrics = plan.metrics();
  result.macros = plan.macros;
  result.primary_metric = plan.sweep.report.primary_metric();
  if (plan.sweep.report.has_margin()) result.margin = plan.sweep.report.margin();
  result.settings = SettingsOf(plan);
  result.texts = TextsOf(plan);
  RETORT_ASSIGN_OR_RETURN(const TrainingLogs logs, TrainingLogs::Read(plan, failed, store));
  const ExpandedVariant& base = plan.base();
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (!plan.Has(variant.name)) continue;
    result.variants.push_back(DescribeVariant(plan, base, variant));
    for (uint64_t seed : result.seeds) {
      RETORT_ASSIGN_OR_RETURN(RunResult run, RunCollector(plan, variant, seed, store, logs).Collect(failed));
      result.runs.push_back(std::move(run));
    }
  }
  RETORT_RETURN_IF_ERROR(CollectTeachers(plan, store, &result));
  WarnOfMixedComputations(&result);
  for (const Reference& reference : plan.sweep.references) {
    if (plan.Has(reference.variant())) result.published.push_back(Published(plan, reference));
  }
  return result;
}

}  // namespace retort
