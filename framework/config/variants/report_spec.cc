#include "framework/config/variants/report_spec.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/variants/for_each.h"
#include "framework/config/variants/validate/validate.h"

namespace retort {
namespace {

constexpr char kDefaultMacro[] = "macro";

bool Trains(const Stage& stage) { return !stage.has_evaluation() && !stage.has_augmentation(); }

// What the last evaluation measures first; without one, what the evaluation of the data that is trained on last does;
// empty where nothing trains either.
std::string DefaultPrimaryMetric(const Experiment& base, const PluginCatalogue& catalogue) {
  const Stage *last = nullptr, *last_trained = nullptr;
  for (const Stage& stage : base.stage()) {
    if (stage.has_evaluation()) last = &stage;
    if (Trains(stage)) last_trained = &stage;
  }
  if (last == nullptr) last = last_trained;
  if (last == nullptr) return "";
  const Evaluation evaluation = last->has_evaluation() ? last->evaluation() : EvaluationOfData(last->data(), catalogue);
  const PluginEntry* entry = ChosenPlugin(PluginKind::kEvaluation, evaluation.plugin(), catalogue);
  if (entry == nullptr) return "";
  return last->task().empty() ? entry->rules.primary_metric
                              : absl::StrCat(last->task(), "/", entry->rules.primary_metric);
}

// Whether every task has an evaluation, or nothing has one, so that every task that trains gets one, and all of them
// do.
bool AllTasksAreEvaluated(const Experiment& base, const std::vector<std::string>& tasks) {
  std::set<std::string> evaluated, trained;
  for (const Stage& stage : base.stage()) {
    if (stage.has_evaluation()) evaluated.insert(stage.task());
    if (Trains(stage)) trained.insert(stage.task());
  }
  const std::set<std::string>& measured = evaluated.empty() ? trained : evaluated;
  const auto is_measured = [&](const std::string& task) { return measured.count(task) > 0; };
  return std::all_of(tasks.begin(), tasks.end(), is_measured);
}

absl::Status CheckMacro(const Macro& macro, const std::vector<std::string>& tasks) {
  const std::string place = absl::StrCat("report: macro \"", macro.name(), "\": ");
  const auto error = [&](const char* field, const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(place, field, ": ", what));
  };
  if (!IsPlainName(macro.name())) return error("name", "want at most 100 letters, digits, '_' and '-'");
  std::set<std::string> left(tasks.begin(), tasks.end());
  if (left.empty()) return error("name", "want an experiment of several tasks (for_each), got one without");
  for (const std::string& task : macro.without()) {
    if (std::count(tasks.begin(), tasks.end(), task) == 0) {
      return error("without",
                   absl::StrCat("want names of tasks (", absl::StrJoin(tasks, ", "), "), got \"", task, "\""));
    }
    left.erase(task);
  }
  return left.empty() ? error("without", "want at least one task that counts, got none") : absl::OkStatus();
}

absl::Status CheckMacros(const ReportSpec& report, const std::vector<std::string>& tasks) {
  std::set<std::string> names;
  for (const Macro& macro : report.macro()) {
    RETORT_RETURN_IF_ERROR(CheckMacro(macro, tasks));
    if (names.insert(macro.name()).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("report: macro \"", macro.name(), "\": name: want each name once, got it twice"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReportSpec> ExpandReport(const ReportSpec& report, const Experiment& base,
                                        const PluginCatalogue& catalogue) {
  const std::vector<std::string> tasks = TasksOf(base);
  RETORT_RETURN_IF_ERROR(CheckMacros(report, tasks));
  if (report.has_margin() && !(report.margin() > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("report: margin: want the largest difference that counts as none, above 0, got ", report.margin(),
                     "; leave it out to call nothing equivalent"));
  }
  ReportSpec expanded = report;
  if (expanded.macro().empty() && tasks.size() > 1 && AllTasksAreEvaluated(base, tasks)) {
    expanded.add_macro()->set_name(kDefaultMacro);
  }
  if (!expanded.has_primary_metric()) {
    expanded.set_primary_metric(expanded.macro().empty() ? DefaultPrimaryMetric(base, catalogue)
                                                         : expanded.macro(0).name());
  }
  return expanded;
}

}  // namespace retort
