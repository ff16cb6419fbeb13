#include "framework/sweep/tune/search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/reflection.h"
#include "framework/config/variants/defaults.h"
#include "framework/config/variants/tune_spec.h"
#include "framework/config/variants/validate/validate.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/metric_spec.h"

namespace retort {
namespace {

absl::Status Error(const std::string& what) { return absl::InvalidArgumentError(absl::StrCat("tune: ", what)); }

std::string SearchName(const std::string& variant, const TunePoint& point) {
  return absl::StrCat(variant, ",", point.Text());
}

// "<stage>_tuning", with as many "_" behind it as make a name that no stage has.
std::string EvaluationName(const Experiment& experiment, const Stage& stage) {
  std::string name = absl::StrCat(stage.name(), "_tuning");
  const auto has_it = [&](const Stage& other) { return other.name() == name; };
  while (std::any_of(experiment.stage().begin(), experiment.stage().end(), has_it)) name += "_";
  return name;
}

// The names of stages that a stage refers to.
std::set<std::string> References(Stage stage) {
  std::set<std::string> names;
  EditStrings(
      [&](const std::string& text) {
        if (absl::StartsWith(text, "@")) names.insert(text.substr(1));
        return text;
      },
      &stage);
  return names;
}

// The places of the stages and of those that they go on from, ascending.
std::vector<int> WithSources(const Experiment& experiment, const std::vector<int>& tuned) {
  std::set<int> kept(tuned.begin(), tuned.end());
  std::set<std::string> wanted;
  for (int i = experiment.stage_size() - 1; i >= 0; --i) {
    const Stage& stage = experiment.stage(i);
    if (wanted.count(stage.name()) > 0) kept.insert(i);
    if (kept.count(i) > 0) wanted.merge(References(stage));
  }
  return std::vector<int>(kept.begin(), kept.end());
}

// The evaluation that the stage's data has, on the search's split.
Evaluation EvaluationOf(Stage stage, const Tune& tune) {
  stage.mutable_evaluate()->set_split(tune.split());
  FillPeriodicEvaluation(PluginCatalogue::Global(), &stage);
  return EvaluationWhileTraining(stage, PluginCatalogue::Global());
}

// The metric that the search goes by: the one that it names, else the report's, else what is measured first.
absl::StatusOr<MetricSpec> MetricOf(const MetricSpecs& metrics, const std::string& task, const ExpandedSweep& sweep) {
  absl::string_view wanted = sweep.tune->has_metric() ? sweep.tune->metric() : sweep.report.primary_metric();
  if (!task.empty()) absl::ConsumePrefix(&wanted, absl::StrCat(task, "/"));
  std::vector<std::string> names;
  for (const MetricSpec& metric : metrics) {
    if (metric.better == Better::kUnknown) continue;
    if (metric.name == wanted) return metric;
    names.push_back(metric.name);
  }
  if (names.empty()) return Error("metric: want an evaluation that says which values are good, got one that does not");
  if (!sweep.tune->has_metric()) return FindMetric(metrics, names.front());
  return Error(
      absl::StrCat("metric: want one of ", absl::StrJoin(names, ", "), ", got \"", sweep.tune->metric(), "\""));
}

// The metric of a tuned stage. Errors: as SearchSweep.
absl::StatusOr<MetricSpec> MetricOfStage(const Stage& stage, const ExpandedSweep& sweep) {
  const Evaluation evaluation = EvaluationOf(stage, *sweep.tune);
  if (!evaluation.has_plugin()) {
    return Error(absl::StrCat("want data whose evaluation is linked, got that of stage \"", stage.name(), "\""));
  }
  RETORT_ASSIGN_OR_RETURN(const auto evaluator, EvaluatorRegistry::Global().Create(evaluation.plugin(), {}));
  if (evaluator->split() != sweep.tune->split()) {
    return Error(absl::StrCat("split: want a part of the data of stage \"", stage.name(), "\", got \"",
                              sweep.tune->split(), "\" where its evaluation has \"", evaluator->split(), "\""));
  }
  return MetricOf(evaluator->metrics(), stage.task(), sweep);
}

// That no evaluation of the sweep itself is on the search's split.
absl::Status CheckSplit(const Plan& plan) {
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.evaluates() || stage.evaluation().evaluation.evaluator->split() != plan.sweep.tune->split()) continue;
    return Error(absl::StrCat("split: want a part of the data that the report never uses, got \"",
                              plan.sweep.tune->split(), "\", which stage \"", stage.stage.name(), "\" measures"));
  }
  return absl::OkStatus();
}

// The experiment of a variant at one point.
Experiment SearchExperiment(const Experiment& experiment, const std::vector<int>& tuned, const TunePoint& point,
                            const Tune& tune) {
  Experiment search = experiment;
  search.clear_stage();
  for (const int index : WithSources(experiment, tuned)) {
    Stage* stage = search.add_stage();
    *stage = experiment.stage(index);
    if (std::count(tuned.begin(), tuned.end(), index) == 0) continue;
    point.Apply(stage);
    stage->clear_seed();  // Tune.seed is none that the report uses.
    Stage evaluation;
    evaluation.set_name(EvaluationName(experiment, *stage));
    if (stage->has_task()) evaluation.set_task(stage->task());
    evaluation.set_from(absl::StrCat("@", stage->name()));
    *evaluation.mutable_evaluation() = EvaluationOf(*stage, tune);
    *search.add_stage() = std::move(evaluation);
  }
  FillDefaults(&search);
  return search;
}

// The mean of the metric that a point reached, or why there is none.
absl::StatusOr<TunedStage::Point> Try(const Plan& search, const std::string& variant, const std::string& evaluation,
                                      const std::string& metric, const StageStatuses& failed, const Store& store) {
  TunedStage::Point tried;
  const int index = search.Find(variant, search.sweep.seeds.front(), evaluation);
  if (const auto failure = failed.find(index); failure != failed.end()) {
    tried.error = std::string(failure->second.message());
    return tried;
  }
  RETORT_ASSIGN_OR_RETURN(const Scores scores, store.GetScores(search.stages[index].key));
  const auto found = scores.metrics.find(metric);
  if (found != scores.metrics.end()) tried.score = found->second.Mean();
  return tried;
}

void ChooseBest(TunedStage* tuned) {
  for (size_t i = 0; i < tuned->points.size(); ++i) {
    const std::optional<double>& best = tuned->points[tuned->chosen].score;
    const std::optional<double>& score = tuned->points[i].score;
    if (score && (!best || IsBetter(tuned->metric, *score, *best))) tuned->chosen = i;
  }
}

void ApplyTo(const std::string& stage_name, const TunePoint& point, Experiment* experiment) {
  for (Stage& stage : *experiment->mutable_stage()) {
    if (stage.name() == stage_name) point.Apply(&stage);
  }
}

}  // namespace

absl::StatusOr<ExpandedSweep> SearchSweep(const Plan& plan) {
  RETORT_RETURN_IF_ERROR(CheckSplit(plan));
  const Tune& tune = *plan.sweep.tune;
  ExpandedSweep search;
  search.name = absl::StrCat(plan.sweep.name, "_tuning");
  search.seeds = {tune.seed()};
  search.controls = false;
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    const std::vector<int> tuned = TunedStages(variant.experiment, tune);
    if (tuned.empty() || !plan.Has(variant.name)) continue;
    for (const int index : tuned) {
      const Stage& stage = variant.experiment.stage(index);
      RETORT_ASSIGN_OR_RETURN(const MetricSpec metric, MetricOfStage(stage, plan.sweep));
      if (search.report.has_primary_metric()) continue;
      search.report.set_primary_metric(OfTask(stage.task(), metric.name));
    }
    for (const TunePoint& point : TunePoints(tune)) {
      ExpandedVariant tried{SearchName(variant.name, point), SearchExperiment(variant.experiment, tuned, point, tune)};
      RETORT_RETURN_IF_ERROR(ValidateExperiment(tried.experiment));
      search.variants.push_back(std::move(tried));
    }
  }
  if (!search.variants.empty()) return search;
  return Error("want variants that train, got none among --only");
}

absl::StatusOr<std::vector<TunedStage>> Choose(const Plan& plan, const Plan& search, const StageStatuses& failed,
                                               const Store& store) {
  std::vector<TunedStage> chosen;
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (!plan.Has(variant.name)) continue;
    for (const int index : TunedStages(variant.experiment, *plan.sweep.tune)) {
      const Stage& stage = variant.experiment.stage(index);
      TunedStage tuned{variant.name, stage.name(), plan.sweep.tune->split(), plan.sweep.tune->seed(), {}, {}};
      RETORT_ASSIGN_OR_RETURN(tuned.metric, MetricOfStage(stage, plan.sweep));
      const std::string evaluation = EvaluationName(variant.experiment, stage);
      for (const TunePoint& point : TunePoints(*plan.sweep.tune)) {
        RETORT_ASSIGN_OR_RETURN(TunedStage::Point tried, Try(search, SearchName(variant.name, point), evaluation,
                                                             tuned.metric.name, failed, store));
        tried.setting = point.Text();
        tuned.points.push_back(std::move(tried));
      }
      ChooseBest(&tuned);
      chosen.push_back(std::move(tuned));
    }
  }
  return chosen;
}

ExpandedSweep WithChoices(const ExpandedSweep& sweep, const std::vector<TunedStage>& chosen) {
  const std::vector<TunePoint> points = TunePoints(*sweep.tune);
  ExpandedSweep result = sweep;
  result.tune.reset();
  for (ExpandedVariant& variant : result.variants) {
    for (const TunedStage& tuned : chosen) {
      if (tuned.variant == variant.name) ApplyTo(tuned.stage, points[tuned.chosen], &variant.experiment);
    }
  }
  return result;
}

ExpandedSweep WithPoint(const ExpandedSweep& sweep, const TunePoint& point) {
  ExpandedSweep result = sweep;
  for (ExpandedVariant& variant : result.variants) {
    for (const int index : TunedStages(variant.experiment, *sweep.tune)) {
      point.Apply(variant.experiment.mutable_stage(index));
    }
  }
  return result;
}

}  // namespace retort
