#include "framework/sweep/plan/report_metrics.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/config/variants/for_each.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/metric_spec.h"

namespace retort {
namespace {

// What an evaluation stage measures.
struct MeasuredStage {
  std::string task, stage;
  MetricSpecs metrics;  // As the evaluation calls them.
};

absl::StatusOr<std::vector<MeasuredStage>> MeasuredStages(const Experiment& base) {
  std::vector<MeasuredStage> measured;
  for (const Stage& stage : base.stage()) {
    if (!stage.has_evaluation()) continue;
    RETORT_ASSIGN_OR_RETURN(const auto evaluator, EvaluatorRegistry::Global().Create(stage.evaluation().plugin(), {}));
    measured.push_back({stage.task(), stage.name(), evaluator->metrics()});
  }
  return measured;
}

const char* Direction(const MetricSpec& metric) {
  return metric.better == Better::kHigher ? "high is good" : (metric.better == Better::kLower ? "low is good" : "?");
}

std::string Described(const MetricSpec& metric) {
  return absl::StrCat(metric.name, " (", metric.unit.value.empty() ? "" : absl::StrCat(metric.unit.value, ", "),
                      Direction(metric), ")");
}

// Makes one macro average of the metrics of its tasks.
class MacroResolver {
 public:
  MacroResolver(const Macro& macro, const std::vector<MeasuredStage>& stages) : macro_(macro), stages_(stages) {}

  absl::StatusOr<MacroAverage> Resolve(const std::vector<std::string>& tasks) {
    for (const std::string& task : tasks) {
      if (std::count(macro_.without().begin(), macro_.without().end(), task) > 0) continue;
      RETORT_RETURN_IF_ERROR(AddTask(task));
    }
    for (const std::string& metric : macro_.metric()) {
      if (used_.count(metric) > 0) continue;
      return Error(absl::StrCat("want metrics that its tasks are measured by (", absl::StrJoin(known_, ", "),
                                "), got \"", metric, "\""));
    }
    average_.metric.name = average_.metric.label = macro_.name();
    average_.metric.beside_teacher = false;
    return std::move(average_);
  }

 private:
  absl::Status Error(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat("report: macro \"", macro_.name(), "\": ", what));
  }

  absl::Status AddTask(const std::string& task) {
    MacroTask part{task, {}};
    const MeasuredStage* last = nullptr;
    for (const MeasuredStage& stage : stages_) {
      if (stage.task != task) continue;
      last = &stage;
      for (const MetricSpec& metric : stage.metrics) {
        known_.insert(OfTask(task, metric.name));
        if (IsNamed(task, metric)) RETORT_RETURN_IF_ERROR(AddMetric(stage, metric, &part));
      }
    }
    if (last == nullptr) {
      return Error(absl::StrCat("want an evaluation in each of its tasks, got none in ", task,
                                "; evaluate it, or leave it out (without: \"", task, "\")"));
    }
    if (part.measured.empty()) RETORT_RETURN_IF_ERROR(AddMetric(*last, last->metrics.front(), &part));
    average_.tasks.push_back(std::move(part));
    return absl::OkStatus();
  }

  // Whether the macro names the metric, for all tasks or for this one.
  bool IsNamed(const std::string& task, const MetricSpec& metric) {
    bool named = false;
    for (const std::string& name : macro_.metric()) {
      if (name != metric.name && name != OfTask(task, metric.name)) continue;
      used_.insert(name);
      named = true;
    }
    return named;
  }

  // In place of the same metric of an earlier stage.
  absl::Status AddMetric(const MeasuredStage& stage, const MetricSpec& metric, MacroTask* part) {
    const MetricSpec of_task = OfTask(stage.task, metric);
    RETORT_RETURN_IF_ERROR(CheckSameScale(of_task));
    for (MacroTask::Measured& measured : part->measured) {
      if (measured.metric != of_task.name) continue;
      measured.stage = stage.stage;
      return absl::OkStatus();
    }
    part->measured.push_back({stage.stage, of_task.name});
    return absl::OkStatus();
  }

  absl::Status CheckSameScale(const MetricSpec& metric) {
    MetricSpec& first = average_.metric;
    if (first.name.empty()) first = metric;
    if (metric.example != first.example) first.example = "example";
    const bool same_unit = metric.unit.scale == first.unit.scale && metric.unit.value == first.unit.value;
    if (same_unit && metric.better == first.better && metric.better != Better::kUnknown) return absl::OkStatus();
    return Error(absl::StrCat("want metrics of one unit, of all of which high values are good or low ones, got ",
                              Described(first), " and ", Described(metric),
                              "; name others (metric), or leave tasks out (without)"));
  }

  const Macro& macro_;
  const std::vector<MeasuredStage>& stages_;
  MacroAverage average_;
  std::set<std::string> used_;   // Of macro_.metric.
  std::set<std::string> known_;  // Metrics of its tasks.
};

}  // namespace

absl::StatusOr<std::vector<MacroAverage>> ResolveMacros(const Experiment& base, const ReportSpec& report) {
  std::vector<MacroAverage> macros;
  if (report.macro().empty()) return macros;
  RETORT_ASSIGN_OR_RETURN(const std::vector<MeasuredStage> stages, MeasuredStages(base));
  for (const Macro& macro : report.macro()) {
    RETORT_ASSIGN_OR_RETURN(MacroAverage average, MacroResolver(macro, stages).Resolve(TasksOf(base)));
    macros.push_back(std::move(average));
  }
  return macros;
}

absl::Status CheckReportMetrics(const Experiment& base, const ReportSpec& report,
                                const std::vector<Reference>& references) {
  std::vector<std::string> metrics;
  for (const Macro& macro : report.macro()) metrics.push_back(macro.name());
  RETORT_ASSIGN_OR_RETURN(const std::vector<MeasuredStage> stages, MeasuredStages(base));
  for (const MeasuredStage& stage : stages) {
    for (const MetricSpec& metric : stage.metrics) metrics.push_back(OfTask(stage.task, metric.name));
  }
  const auto check = [&metrics](const std::string& place, const std::string& name) {
    if (std::find(metrics.begin(), metrics.end(), name) != metrics.end()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": want one of ", absl::StrJoin(metrics, ", "), ", got \"", name, "\""));
  };
  const bool nothing_to_begin_with = metrics.empty() && report.primary_metric().empty();
  if (!nothing_to_begin_with) RETORT_RETURN_IF_ERROR(check("report.primary_metric", report.primary_metric()));
  for (const Reference& reference : references) {
    if (!reference.has_answers()) continue;
    RETORT_RETURN_IF_ERROR(check(absl::StrCat("reference (", reference.source(), "): answers"), reference.answers()));
  }
  return absl::OkStatus();
}

}  // namespace retort
