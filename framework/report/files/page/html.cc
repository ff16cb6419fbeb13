#include "framework/report/files/page/html.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/early_stops.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/page/chart_data.h"
#include "framework/report/files/page/forest_plot.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/page/page_assets.h"
#include "framework/report/files/page/tuning_section.h"
#include "framework/report/files/tables.h"

namespace retort {
namespace {

// What the differences of the primary metric come from: "3 seeds x 512 sequences; screening", more of them where
// variants differ in that.
std::vector<std::string> PrimaryEvidence(const Analysis& analysis) {
  std::vector<std::string> evidence;
  if (analysis.columns.empty()) return evidence;
  for (const VariantAnalysis& variant : analysis.variants) {
    const std::optional<PairedDifference>& difference = variant.metrics.front().difference;
    if (!difference.has_value()) continue;
    const std::string text = FormatEvidence(analysis.columns.front().metric, *difference);
    if (std::count(evidence.begin(), evidence.end(), text) == 0) evidence.push_back(text);
  }
  return evidence;
}

std::string Evidence(const SweepResult& result, const Analysis& analysis) {
  std::string text = absl::StrCat(analysis.variants.size(), analysis.variants.size() == 1 ? " variant" : " variants");
  bool screening = false;
  for (const std::string& evidence : PrimaryEvidence(analysis)) {
    absl::StrAppend(&text, ", ", evidence);
    screening |= absl::EndsWith(evidence, "screening");
  }
  if (screening) absl::StrAppend(&text, " (fewer than 5 seeds: good for finding what to look at, not for a claim)");
  if (!result.conditions.empty()) absl::StrAppend(&text, ". It holds for ", result.conditions);
  return absl::StrCat(text, ".");
}

std::string Head(const SweepResult& result) {
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      EscapeHtml(result.name), " – retort</title>\n<style>\n", kReportCss, "</style>\n</head>\n<body>\n");
}

std::string Top(const SweepResult& result, const Analysis& analysis) {
  std::string html =
      absl::StrCat("<header>\n<p class=\"kind\">retort · ablation report</p>\n<h1>", EscapeHtml(result.name),
                   "</h1>\n<p class=\"answer\">", EscapeHtml(Headline(analysis)), "</p>\n<p class=\"evidence\">",
                   EscapeHtml(Evidence(result, analysis)), "</p>\n");
  if (!analysis.warnings.empty()) {
    absl::StrAppend(&html, "<section class=\"warnings\"><h2>Before you read on</h2><ul>\n");
    for (const std::string& warning : analysis.warnings) {
      absl::StrAppend(&html, "<li>", EscapeHtml(warning), "</li>\n");
    }
    absl::StrAppend(&html, "</ul></section>\n");
  }
  return absl::StrCat(html, "</header>\n<main>\n");
}

// Buttons of which one is pressed, the first one at the start; report.js listens.
std::string Choice(absl::string_view attribute,
                   const std::vector<std::pair<std::string, std::string>>& value_and_label) {
  std::string html = absl::StrCat("<div class=\"choice\" role=\"group\" ", attribute, ">");
  bool pressed = true;
  for (const auto& [value, label] : value_and_label) {
    absl::StrAppend(&html, "<button type=\"button\" value=\"", EscapeHtml(value), "\" aria-pressed=\"",
                    pressed ? "true" : "false", "\">", EscapeHtml(label), "</button>");
    pressed = false;
  }
  return absl::StrCat(html, "</div>\n");
}

std::string Differences(const Analysis& analysis) {
  std::string plots;
  std::vector<std::pair<std::string, std::string>> choices;
  for (size_t column = 0; column < analysis.columns.size(); ++column) {
    const std::string id = absl::StrCat("forest", column);
    const std::string plot = RenderForestPlot(analysis, column, id, /*hidden=*/!choices.empty());
    if (plot.empty()) continue;
    absl::StrAppend(&plots, plot);
    choices.emplace_back(id, analysis.columns[column].title);
  }
  if (plots.empty()) return "";
  return absl::StrCat(
      "<section>\n<h2>Difference to ", EscapeHtml(analysis.base),
      "</h2>\n<p class=\"note\">The dot is the variant’s metric minus the base’s on the same held-out "
      "examples and seeds, the bar its 95&nbsp;% interval. A hollow dot means undetermined: the interval "
      "contains 0.</p>\n",
      choices.size() > 1 ? Choice("id=\"forest-metric\" aria-label=\"Metric\"", choices) : "", plots, "</section>\n");
}

// The class that colours a difference.
std::string DeltaClass(const Analysis& analysis, size_t row, size_t metric) {
  if (row >= analysis.variants.size()) return "delta";
  const std::optional<PairedDifference>& difference = analysis.variants[row].metrics[metric].difference;
  const Better better = analysis.columns[metric].metric.better;
  if (!difference.has_value() || better == Better::kUnknown) return "delta";
  switch (difference->verdict()) {
    case Verdict::kHigher:
      return better == Better::kHigher ? "delta better" : "delta worse";
    case Verdict::kLower:
      return better == Better::kLower ? "delta better" : "delta worse";
    case Verdict::kUndetermined:
    case Verdict::kNoInterval:
      return "delta";
  }
  return "delta";
}

// The table's columns 1 + 2m and 2 + 2m, mean and difference in metric m, share a cell here.
std::string HeaderCells(const Analysis& analysis, const Table& table) {
  std::string html;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const bool mean = c > 0 && c <= 2 * analysis.columns.size();
    absl::StrAppend(&html, "<th scope=\"col\"", table.columns[c].fields.empty() ? " class=\"text\"" : "", ">",
                    EscapeHtml(table.columns[c].title));
    if (mean) absl::StrAppend(&html, "<span class=\"delta\">", EscapeHtml(table.columns[++c].title), "</span>");
    absl::StrAppend(&html, "</th>");
  }
  return html;
}

// A difference, or why there is none.
bool HasWords(const TableCell& cell) { return cell.text != kNothing; }

std::string RowCells(const Analysis& analysis, const Table& table, size_t row) {
  const std::vector<TableCell>& cells = table.rows[row];
  std::string html = absl::StrCat("<th scope=\"row\">", EscapeHtml(cells[0].text), "</th>");
  for (size_t c = 1; c < cells.size(); ++c) {
    absl::StrAppend(&html, "<td", table.columns[c].fields.empty() ? " class=\"text\"" : "", ">",
                    EscapeHtml(cells[c].text));
    if (c <= 2 * analysis.columns.size()) {
      const size_t metric = c++ / 2;
      if (HasWords(cells[c])) {
        absl::StrAppend(&html, "<span class=\"", DeltaClass(analysis, row, metric), "\">", EscapeHtml(cells[c].text),
                        "</span>");
      }
    }
    absl::StrAppend(&html, "</td>");
  }
  return html;
}

std::string ResultTable(const SweepResult& result, const Analysis& analysis) {
  const Table table = BuildTable(analysis);
  std::string html = absl::StrCat("<section>\n<h2>Results</h2>\n<p class=\"note\">", EscapeHtml(table.note), "</p>\n");
  for (const std::string& sentence : DescribeEarlyStops(result)) {
    absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(sentence), ".</p>\n");
  }
  absl::StrAppend(&html, "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>", HeaderCells(analysis, table),
                  "</tr></thead>\n<tbody>\n");
  for (size_t r = 0; r < table.rows.size(); ++r) {
    absl::StrAppend(&html, r >= analysis.variants.size() ? "<tr class=\"teacher\">" : "<tr>",
                    RowCells(analysis, table, r), "</tr>\n");
  }
  return absl::StrCat(html, "</tbody>\n</table></div>\n</section>\n");
}

template <typename HasRecords>
bool AnyRun(const SweepResult& result, HasRecords has_records) {
  return std::any_of(result.runs.begin(), result.runs.end(), has_records);
}

std::string MetricSelect(const SweepResult& result) {
  std::vector<std::string> metrics;
  for (const RunResult& run : result.runs) {
    for (const EvaluationRecord& evaluation : run.evaluations) {
      for (const auto& [name, value] : evaluation.metrics) metrics.push_back(name);
    }
  }
  std::sort(metrics.begin(), metrics.end());
  metrics.erase(std::unique(metrics.begin(), metrics.end()), metrics.end());
  std::stable_partition(metrics.begin(), metrics.end(),
                        [&result](const std::string& metric) { return metric == result.primary_metric; });
  if (metrics.size() < 2) return "";
  std::vector<std::pair<std::string, std::string>> choices;
  for (const std::string& metric : metrics) choices.emplace_back(metric, FindMetric(result.metrics, metric).label);
  return Choice("data-set=\"metric\" aria-label=\"Metric\"", choices);
}

// What the curves of metrics are, and which of them do not belong together.
std::string DescribeEvaluations(const SweepResult& result) {
  std::set<std::string> splits, used;
  for (const RunResult& run : result.runs) {
    if (!run.evaluations.empty()) splits.insert(run.evaluation_split);
    for (const Scores& scores : run.scores) used.insert(scores.split);
  }
  const bool apart =
      std::none_of(splits.begin(), splits.end(), [&](const auto& split) { return used.count(split) > 0; });
  std::string text = absl::StrCat("Mean over seeds, evaluated on the split ", EscapeHtml(absl::StrJoin(splits, " or ")),
                                  apart ? ", which the results above do not use. " : ". ");
  const std::vector<std::string> others = EvaluatedOnOtherExamples(result);
  if (others.empty()) return text;
  const auto first = std::find_if(result.runs.begin(), result.runs.end(),
                                  [](const RunResult& run) { return !run.evaluations.empty(); });
  return absl::StrCat(text, EscapeHtml(List(others)), others.size() == 1 ? " was" : " were",
                      " evaluated on other examples than ", EscapeHtml(first->variant), " and ",
                      others.size() == 1 ? "is" : "are", " not to be compared with it. ");
}

std::string Curves(const SweepResult& result) {
  const bool evaluations = AnyRun(result, [](const RunResult& run) { return !run.evaluations.empty(); });
  const bool steps = AnyRun(result, [](const RunResult& run) { return !run.steps.empty(); });
  if (!evaluations && !steps) return "";
  std::string html = absl::StrCat(
      "<section>\n<h2>While training</h2>\n<p class=\"note\">", evaluations ? DescribeEvaluations(result) : "",
      "Select a name to hide or show its curves.</p>\n", evaluations ? MetricSelect(result) : "",
      Choice(
          "data-set=\"x\" aria-label=\"Horizontal axis\"",
          {{"tokens", "against tokens"}, {"total_flops", "FLOPs with teacher"}, {"student_flops", "FLOPs of student"}}),
      Choice("data-set=\"part\" aria-label=\"Part of training\"", {{"all", "whole run"}, {"late", "second half"}}),
      Choice("data-set=\"seeds\" aria-label=\"Seeds\"", {{"false", "mean"}, {"true", "each seed"}}),
      "<div class=\"legend\" id=\"legend\" role=\"group\" aria-label=\"Variants\"></div>\n<div class=\"plot\"",
      evaluations ? "" : " hidden",
      "><canvas id=\"metric-chart\" role=\"img\" aria-label=\"Metric while training\"></canvas></div>\n</section>\n");
  absl::StrAppend(&html, "<section", steps ? "" : " hidden",
                  ">\n<h2>Loss terms</h2>\n<p class=\"note\">Each term in its own unit, sum over count, before its "
                  "weight unless chosen otherwise; on the training batches of each variant, beside its own teacher. "
                  "One variant alone shows its seeds.</p>\n"
                  "<select data-set=\"variant\" aria-label=\"Variant\"><option value=\"\">all variants</option>");
  for (const VariantInfo& variant : result.variants) {
    absl::StrAppend(&html, "<option>", EscapeHtml(variant.name), "</option>");
  }
  absl::StrAppend(
      &html, "</select>\n",
      Choice("data-set=\"weighted\" aria-label=\"Weight\"", {{"false", "unweighted"}, {"true", "weighted"}}),
      "<div class=\"terms\" id=\"terms\"></div>\n</section>\n");
  return html;
}

std::string Method(const SweepResult& result, const Analysis& analysis) {
  std::string html =
      "<details><summary>How these numbers were made</summary>\n<p>A metric is Σ sum / Σ count over the held-out "
      "examples, which are sequences or sentence pairs. A difference pairs the variant with the base by seed and by "
      "example. Its variance counts both seeds and "
      "examples as samples: s²(seeds)/R + max(0, v(examples) − v(interaction)), with Student’s t at Satterthwaite’s "
      "degrees of freedom, corrected for few seeds so that 95&nbsp;% intervals cover 93 to 97&nbsp;% in simulation "
      "(94 to 98&nbsp;% with two seeds). With one seed the interval speaks of other examples only; where a metric is "
      "one "
      "value for all examples, means are compared, and the interval speaks of other seeds only. Intervals are not "
      "corrected for the number of comparisons.</p>\n";
  const auto is_average = [](const MetricColumn& column) { return !column.average_of.empty(); };
  if (std::any_of(analysis.columns.begin(), analysis.columns.end(), is_average)) {
    absl::StrAppend(&html,
                    "<p>A macro average is the mean over tasks. Tasks are strata: the seeds’ part of its variance is "
                    "that of the seeds’ macro averages, the examples’ part Σ max(0, v(examples) − v(interaction)) / T² "
                    "over the T tasks.</p>\n");
  }
  for (const std::string& sentence : DescribeAll(analysis, result.conditions)) {
    absl::StrAppend(&html, "<p>", EscapeHtml(sentence), ".</p>\n");
  }
  return absl::StrCat(html, "</details>\n");
}

std::string Folded(const SweepResult& result, const Analysis& analysis) {
  std::string html = absl::StrCat("<section class=\"folded\">\n", Method(result, analysis));
  if (!result.environment.empty()) {
    absl::StrAppend(&html, "<details><summary>Environment</summary>\n<dl>");
    for (const auto& [name, value] : result.environment) {
      absl::StrAppend(&html, "<dt>", EscapeHtml(name), "</dt><dd>", EscapeHtml(value), "</dd>");
    }
    absl::StrAppend(&html, "</dl></details>\n");
  }
  if (!result.resolved_config.empty()) {
    absl::StrAppend(&html, "<details><summary>Resolved configuration</summary>\n<pre>",
                    EscapeHtml(result.resolved_config), "</pre></details>\n");
  }
  return absl::StrCat(html, "</section>\n");
}

std::string Bottom(const SweepResult& result, const std::vector<std::string>& files_beside) {
  std::string html = "</main>\n<footer>Beside this page: ";
  std::vector<std::string> links;
  for (const std::string& file : files_beside) {
    links.push_back(absl::StrCat("<a href=\"", file, "\">", file, "</a>"));
  }
  absl::StrAppend(&html, absl::StrJoin(links, ", "), ".</footer>\n");
  absl::StrAppend(&html, "<script type=\"application/json\" id=\"data\">", RenderChartData(result), "</script>\n",
                  "<script>", kChartJs, "</script>\n<script>\n", kReportJs, "</script>\n</body>\n</html>\n");
  return html;
}

}  // namespace

std::string RenderHtml(const SweepResult& result, const Analysis& analysis,
                       const std::vector<std::string>& files_beside) {
  return absl::StrCat(Head(result), Top(result, analysis), Differences(analysis), ResultTable(result, analysis),
                      TuningSection(result), Curves(result), Folded(result, analysis), Bottom(result, files_beside));
}

}  // namespace retort
