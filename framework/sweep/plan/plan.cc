#include "framework/sweep/plan/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/variants/defaults.h"
#include "framework/config/variants/for_each.h"
#include "framework/eval/evaluator.h"
#include "framework/loss/loss_term.h"
#include "framework/sweep/plan/controls.h"
#include "framework/sweep/plan/plan_variant.h"
#include "framework/sweep/plan/report_metrics.h"
#include "framework/sweep/plan/stage_models.h"
#include "framework/sweep/plan/unmeasured.h"

namespace retort {
namespace {

// "evaluate", behind the task, with as many "_" behind it as make a name that no stage has.
std::string NewEvaluationName(const Experiment& experiment, const std::string& task) {
  std::string name = task.empty() ? "evaluate" : absl::StrCat(task, "_evaluate");
  const auto has_it = [&](const Stage& stage) { return stage.name() == name; };
  while (std::any_of(experiment.stage().begin(), experiment.stage().end(), has_it)) name += "_";
  return name;
}

// The last training stage of the task; "": of the shared stages. None where nothing trains.
std::optional<Stage> LastTraining(const Experiment& experiment, const std::string& task) {
  const auto& stages = experiment.stage();
  const auto last = std::find_if(stages.rbegin(), stages.rend(), [&](const Stage& stage) {
    return stage.task() == task && !stage.has_augmentation() && !stage.has_evaluation();
  });
  return last == stages.rend() ? std::nullopt : std::make_optional(*last);
}

// The last training stage of each task that trains, or the last shared one where none does.
std::vector<Stage> LastTrainings(const Experiment& experiment) {
  std::vector<Stage> trainings;
  for (const std::string& task : TasksOf(experiment)) {
    if (const auto last = LastTraining(experiment, task)) trainings.push_back(*last);
  }
  if (!trainings.empty()) return trainings;
  if (const auto last = LastTraining(experiment, "")) trainings.push_back(*last);
  return trainings;
}

// Without an evaluation there is nothing to report: the last trained student, or that of each task, is evaluated as
// students of its data are. Where nothing trains, there is nothing to evaluate.
void AddDefaultEvaluation(Experiment* experiment) {
  for (const Stage& stage : experiment->stage()) {
    if (stage.has_evaluation()) return;
  }
  for (const Stage& last : LastTrainings(*experiment)) {
    Stage added;
    added.set_name(NewEvaluationName(*experiment, last.task()));
    if (!last.task().empty()) added.set_task(last.task());
    *added.mutable_evaluation() = EvaluationOfData(last.data(), PluginCatalogue::Global());
    *experiment->add_stage() = std::move(added);
  }
  FillDefaults(experiment);
}

// Whether a loss is gold: made for the base's own models.
absl::StatusOr<bool> LossIsGold(const Experiment& experiment, const Stage& stage, const Loss& loss, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(const PlannedStudent student, PlanStudent(experiment, inputs));
  RETORT_ASSIGN_OR_RETURN(const StageModels models, ResolveStageModels(experiment, stage, student, inputs));
  auto term =
      LossTermRegistry::Global().Create(loss.plugin(), {models.student, models.teacher ? &*models.teacher : nullptr});
  if (term.ok()) return (*term)->gold();
  return absl::Status(term.status().code(), absl::StrCat("stage \"", stage.name(), "\": loss \"", loss.name(),
                                                         "\": ", term.status().message()));
}

// The planned stages of a variant with the first seed; -1 for those of a variant that is not among --only.
std::vector<int> StagesOf(const Plan& plan, const ExpandedVariant& variant) {
  std::vector<int> stages;
  for (const Stage& stage : variant.experiment.stage()) {
    stages.push_back(plan.Find(variant.name, plan.sweep.seeds.front(), stage.name()));
  }
  return stages;
}

// Warns of a variant whose evaluation measures something else than the base's of the same name.
void WarnOfIncomparable(const ExpandedVariant& variant, const ExpandedVariant& base, Plan* plan) {
  for (const Stage& stage : variant.experiment.stage()) {
    const uint64_t seed = plan->sweep.seeds.front();
    const int ours = plan->Find(variant.name, seed, stage.name()), theirs = plan->Find(base.name, seed, stage.name());
    if (ours < 0 || theirs < 0 || !plan->stages[ours].evaluates() || !plan->stages[theirs].evaluates()) continue;
    const EvaluationWork& work = plan->stages[ours].evaluation();
    const EvaluationWork& of_base = plan->stages[theirs].evaluation();
    const std::string place = absl::StrCat("variant \"", variant.name, "\": stage \"", stage.name(), "\": ");
    if (work.evaluation.examples->MeasuredOn() != of_base.evaluation.examples->MeasuredOn()) {
      plan->warnings.push_back(
          absl::StrCat(place, "it is measured on other examples than ", base.name,
                       " (another corpus or file, length, number, seed, vocabulary or pooling) and not compared with "
                       "it; say in the evaluation what all variants are to be measured on"));
    } else if (work.teacher != of_base.teacher && work.evaluation.evaluator->reads_teacher()) {
      plan->warnings.push_back(absl::StrCat(place, "it has another teacher than ", base.name,
                                            "; what is measured beside a teacher is not compared with it"));
    }
  }
}

void WarnOfIncomparables(Plan* plan) {
  const ExpandedVariant& base = plan->base();
  for (const ExpandedVariant& variant : plan->sweep.variants) WarnOfIncomparable(variant, base, plan);
}

void WarnOfTwins(Plan* plan) {
  std::map<std::vector<int>, std::string> known;  // Variants by their planned stages.
  for (const ExpandedVariant& variant : plan->sweep.variants) {
    std::vector<int> stages = StagesOf(*plan, variant);
    if (stages.front() < 0) continue;  // Not among --only.
    const auto [twin, is_new] = known.emplace(std::move(stages), variant.name);
    if (is_new) continue;
    plan->warnings.push_back(
        absl::StrCat("variants \"", twin->second, "\" and \"", variant.name, "\" resolve to the same experiment"));
  }
}

// What is measured of one student for several seeds has no spread.
void WarnOfSeedsWithOneStudent(Plan* plan) {
  for (const PlannedStage& stage : plan->stages) {
    const StageId& first = stage.used_by.front();
    const auto is_same_variant = [&](const StageId& id) { return id.variant == first.variant; };
    if (!stage.evaluates() || std::count_if(stage.used_by.begin(), stage.used_by.end(), is_same_variant) == 1) continue;
    plan->warnings.push_back(absl::StrCat(
        "variant \"", first.variant, "\": stage \"", stage.stage.name(),
        "\": it measures one student for all seeds, as every stage that trains it has a `seed` of its own; its values "
        "have no spread over seeds"));
  }
}

// The ways to read a text as names that are parted by commas, where names may hold commas; two of them at most.
// `unread` becomes what is left where reading came furthest.
void AddReadings(const std::set<std::string>& names, absl::string_view text, const std::vector<std::string>& read,
                 std::vector<std::vector<std::string>>* readings, absl::string_view* unread) {
  if (text.size() < unread->size()) *unread = text;
  if (text.empty()) readings->push_back(read);
  for (const std::string& name : names) {
    if (text.empty() || readings->size() > 1) return;
    absl::string_view rest = text;
    if (!absl::ConsumePrefix(&rest, name) || (!rest.empty() && !absl::ConsumePrefix(&rest, ","))) continue;
    std::vector<std::string> longer = read;
    longer.push_back(name);
    AddReadings(names, rest, longer, readings, unread);
  }
}

// The variants that `only`, parted by commas, chooses.
absl::StatusOr<std::set<std::string>> ChosenVariants(const ExpandedSweep& sweep, const std::string& only) {
  std::set<std::string> names;
  for (const ExpandedVariant& variant : sweep.variants) names.insert(variant.name);
  std::vector<std::vector<std::string>> readings;
  absl::string_view unread = only;
  AddReadings(names, only, {}, &readings, &unread);
  if (readings.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--only: want variants of this sweep (", absl::StrJoin(names, ", "), "), got \"", unread, "\""));
  }
  if (readings.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("--only: want names that can be told apart, got \"", only,
                                                   "\", which is \"", absl::StrJoin(readings[0], "\" and \""),
                                                   "\", or \"", absl::StrJoin(readings[1], "\" and \""),
                                                   "\"; rename a variant"));
  }
  return std::set<std::string>(readings[0].begin(), readings[0].end());
}

}  // namespace

MetricSpecs Plan::metrics() const {
  MetricSpecs all;
  for (const ExpandedVariant& variant : sweep.variants) {
    for (const Stage& stage : variant.experiment.stage()) {
      const int index = Find(variant.name, sweep.seeds.front(), stage.name());
      if (index < 0) continue;  // Not among --only.
      const PlannedStage& planned = stages[index];
      if (planned.evaluates()) {
        AddMetrics(OfTask(stage.task(), planned.evaluation().evaluation.evaluator->metrics()), &all);
      } else if (planned.trains() && planned.training().evaluation) {
        const MetricSpecs& measured = planned.training().evaluation->evaluator->metrics();
        AddMetrics(OfTask(stage.task(), measured), &all);
        AddMetrics(measured, &all);  // The live view knows no tasks.
      }
    }
  }
  return all;
}

bool Plan::Has(const std::string& variant) const {
  return std::any_of(stages.begin(), stages.end(), [&](const PlannedStage& stage) {
    return std::any_of(stage.used_by.begin(), stage.used_by.end(),
                       [&](const StageId& id) { return id.variant == variant; });
  });
}

const ExpandedVariant& Plan::base() const {
  const auto planned = std::find_if(sweep.variants.begin(), sweep.variants.end(),
                                    [&](const ExpandedVariant& variant) { return Has(variant.name); });
  return planned == sweep.variants.end() ? sweep.variants.front() : *planned;
}

std::string Plan::TeacherOf(const PlannedStage& stage) const {
  if (stage.teacher >= 0) return absl::StrCat("@", stages[stage.teacher].stage.name());
  return stage.checkpoint.empty() ? "none" : stage.checkpoint;
}

int Plan::Find(const std::string& variant, uint64_t seed, const std::string& stage) const {
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const StageId& id : stages[i].used_by) {
      if (id.variant == variant && id.seed == seed && id.stage == stage) return static_cast<int>(i);
    }
  }
  return -1;
}

bool AreTwins(const Plan& plan, const ExpandedVariant& a, const ExpandedVariant& b) {
  const std::vector<int> stages = StagesOf(plan, a);
  return stages.front() >= 0 && stages == StagesOf(plan, b);
}

absl::StatusOr<Plan> MakePlan(const ExpandedSweep& sweep, const PlanOptions& options, Inputs* inputs) {
  Plan plan;
  plan.sweep = sweep;
  plan.device = options.device;
  plan.students_at_once = options.students_at_once;
  plan.memory = options.memory;
  for (ExpandedVariant& variant : plan.sweep.variants) AddDefaultEvaluation(&variant.experiment);
  if (sweep.controls) {
    auto is_gold = [&](const Experiment& experiment, const Stage& stage, const Loss& loss) {
      absl::StatusOr<bool> gold = LossIsGold(experiment, stage, loss, inputs);
      if (gold.ok()) return gold;
      return absl::StatusOr<bool>(absl::Status(
          gold.status().code(), absl::StrCat("variant \"", kBaseVariant, "\": ", gold.status().message())));
    };
    RETORT_RETURN_IF_ERROR(AddControls(is_gold, &plan.sweep, &plan.warnings));
  }
  RETORT_ASSIGN_OR_RETURN(const std::set<std::string> only,
                          ChosenVariants(plan.sweep, absl::StrJoin(options.only, ",")));
  for (uint64_t seed : plan.sweep.seeds) {
    const uint64_t data_seed = sweep.share_data_across_seeds ? plan.sweep.seeds.front() : seed;
    for (const ExpandedVariant& variant : plan.sweep.variants) {
      if (!only.empty() && only.count(variant.name) == 0) continue;
      RETORT_RETURN_IF_ERROR(PlanVariant(variant, seed, data_seed, options, inputs, &plan));
    }
  }
  const Experiment& base = plan.sweep.variants.front().experiment;
  RETORT_RETURN_IF_ERROR(CheckReportMetrics(base, sweep.report, sweep.references));
  RETORT_ASSIGN_OR_RETURN(plan.macros, ResolveMacros(base, sweep.report));
  WarnOfTwins(&plan);
  WarnOfIncomparables(&plan);
  WarnOfSeedsWithOneStudent(&plan);
  WarnOfUnmeasured(&plan);
  return plan;
}

}  // namespace retort
