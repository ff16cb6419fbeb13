#include "framework/report/files/page/curves_section.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/page/chart_data.h"
#include "framework/report/files/page/choice.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {
namespace {

template <typename HasRecords>
bool AnyCurves(const SweepResult& result, HasRecords has_records) {
  return std::any_of(result.runs.begin(), result.runs.end(), [&](const RunResult& run) {
    return std::any_of(run.curves.begin(), run.curves.end(), has_records);
  });
}

std::string MetricChoice(const SweepResult& result) {
  const std::vector<std::string> metrics = MetricsWhileTraining(result);
  if (metrics.size() < 2) return "";
  std::vector<std::pair<std::string, std::string>> choices;
  for (const std::string& metric : metrics) choices.emplace_back(metric, FindMetric(result.metrics, metric).label);
  return Choice("data-set=\"metric\" aria-label=\"Metric\"", choices);
}

// The last stage at first.
std::string StageSelect(const SweepResult& result) {
  const std::vector<std::string> stages = StagesOfCurves(result);
  if (stages.size() < 2) return "";
  std::string html = "<select data-set=\"stage\" aria-label=\"Training stage\">";
  for (const std::string& stage : stages) {
    absl::StrAppend(&html, "<option", stage == stages.back() ? " selected>" : ">", EscapeHtml(stage), "</option>");
  }
  return absl::StrCat(html, "</select>\n");
}

// What the curves of metrics are, and which of them do not belong together.
std::string DescribeEvaluations(const SweepResult& result) {
  std::set<std::string> splits, used;
  std::string first;  // The first variant that was evaluated.
  for (const RunResult& run : result.runs) {
    for (const StageCurves& curves : run.curves) {
      if (curves.evaluations.empty()) continue;
      splits.insert(curves.evaluation_split);
      if (first.empty()) first = run.variant;
    }
    for (const Scores& scores : run.scores) used.insert(scores.split);
  }
  const bool apart =
      std::none_of(splits.begin(), splits.end(), [&](const auto& split) { return used.count(split) > 0; });
  std::string text =
      absl::StrCat("Mean over seeds, and their range where there are several, evaluated on the split ",
                   EscapeHtml(absl::StrJoin(splits, " or ")), apart ? ", which the results above do not use. " : ". ");
  const std::vector<std::string> others = EvaluatedOnOtherExamples(result);
  if (others.empty()) return text;
  return absl::StrCat(text, EscapeHtml(List(others)), others.size() == 1 ? " was" : " were",
                      " evaluated on other examples than ", EscapeHtml(first), " and ",
                      others.size() == 1 ? "is" : "are", " not to be compared with it. ");
}

// What chooses among all curves.
std::string Controls(const SweepResult& result) {
  return absl::StrCat(
      StageSelect(result),
      Choice(
          "data-set=\"x\" aria-label=\"Horizontal axis\"",
          {{"tokens", "against tokens"}, {"total_flops", "FLOPs with teacher"}, {"student_flops", "FLOPs of student"}}),
      Choice("data-set=\"part\" aria-label=\"Part of training\"", {{"all", "whole run"}, {"late", "second half"}}));
}

std::string WithoutScripts(const std::string& file) {
  return absl::StrCat("<noscript><p class=\"note\">Curves need JavaScript; their numbers are in ", file,
                      ".</p></noscript>\n<div class=\"scripted\">\n");
}

constexpr char kLegend[] = "<div class=\"legend\" id=\"legend\" role=\"group\" aria-label=\"Variants\"></div>\n";
constexpr char kHowToHide[] = "Select a name to hide or show its curves.";

std::string Metrics(const SweepResult& result) {
  return absl::StrCat("<section>\n<h2>While training</h2>\n<p class=\"note\">", DescribeEvaluations(result), kHowToHide,
                      "</p>\n", WithoutScripts("long.tsv"), MetricChoice(result), Controls(result),
                      Choice("data-set=\"seeds\" aria-label=\"Seeds\"", {{"false", "mean"}, {"true", "each seed"}}),
                      kLegend,
                      "<div class=\"plot\"><canvas id=\"metric-chart\" role=\"img\" aria-label=\"Metric while "
                      "training; long.tsv has its numbers\"></canvas></div>\n</div>\n</section>\n");
}

// `alone`: there are no curves of metrics, whose section would have what chooses among all curves.
std::string LossTerms(const SweepResult& result, bool alone) {
  std::string html = absl::StrCat(
      "<section>\n<h2>Loss terms</h2>\n<p class=\"note\">Each term in its own unit, sum over count, before its weight "
      "unless chosen otherwise; on the training batches of each variant, beside its own teacher. One variant alone "
      "shows its seeds.",
      alone ? absl::StrCat(" ", kHowToHide) : "", "</p>\n", WithoutScripts("metrics.jsonl of each stage, in the store"),
      alone ? absl::StrCat(Controls(result), kLegend) : "",
      "<select data-set=\"variant\" aria-label=\"Variant\"><option value=\"\">all variants</option>");
  for (const std::string& variant : VariantsWithCurves(result)) {
    absl::StrAppend(&html, "<option>", EscapeHtml(variant), "</option>");
  }
  return absl::StrCat(
      html, "</select>\n",
      Choice("data-set=\"weighted\" aria-label=\"Weight\"", {{"false", "unweighted"}, {"true", "weighted"}}),
      "<div class=\"terms\" id=\"terms\"></div>\n</div>\n</section>\n");
}

}  // namespace

std::string CurvesSection(const SweepResult& result) {
  const bool evaluations = AnyCurves(result, [](const StageCurves& curves) { return !curves.evaluations.empty(); });
  const bool steps = AnyCurves(result, [](const StageCurves& curves) { return !curves.steps.empty(); });
  return absl::StrCat(evaluations ? Metrics(result) : "", steps ? LossTerms(result, /*alone=*/!evaluations) : "");
}

}  // namespace retort
