#include "framework/report/files/page/html.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/effects_table.h"
#include "framework/report/files/page/chart_data.h"
#include "framework/report/files/page/choice.h"
#include "framework/report/files/page/curves_section.h"
#include "framework/report/files/page/examples_section.h"
#include "framework/report/files/page/forest_plot.h"
#include "framework/report/files/page/grid_section.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/page/page_assets.h"
#include "framework/report/files/page/result_section.h"
#include "framework/report/files/page/settings_section.h"
#include "framework/report/files/page/table_section.h"
#include "framework/report/files/tuning_table.h"

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
      EscapeHtml(result.name), " – retort</title>\n<style>\n", kReportCss,
      "</style>\n<noscript><style>.scripted { display: none; } .forest[hidden], .view[hidden] { display: block; }"
      "</style></noscript>\n</head>\n<body>\n");
}

// "2026-11-28 20:14 UTC, in 12:34, commit e8e1874: sweep ..."
std::string Provenance(const SweepResult& result) {
  const RunRecord& run = result.run;
  const auto commit = result.environment.find("commit");
  std::vector<std::string> parts;
  if (!run.date.empty()) parts.push_back(EscapeHtml(run.date));
  if (run.seconds > 0) parts.push_back(absl::StrCat("in ", FormatDuration(run.seconds)));
  if (commit != result.environment.end()) parts.push_back(absl::StrCat("commit ", EscapeHtml(commit->second)));
  if (!run.command.empty()) parts.push_back(absl::StrCat("<code>", EscapeHtml(run.command), "</code>"));
  return parts.empty() ? "" : absl::StrCat("<p class=\"evidence run\">", absl::StrJoin(parts, " · "), "</p>\n");
}

std::string Top(const SweepResult& result, const Analysis& analysis) {
  std::string html =
      absl::StrCat("<header>\n<p class=\"kind\">retort · ablation report</p>\n<h1>", EscapeHtml(result.name),
                   "</h1>\n<p class=\"answer\">", EscapeHtml(Headline(analysis)), "</p>\n<p class=\"evidence\">",
                   EscapeHtml(Evidence(result, analysis)), "</p>\n", Provenance(result));
  if (!analysis.warnings.empty()) {
    absl::StrAppend(&html, "<section class=\"warnings\"><h2>Before you read on</h2><ul>\n");
    for (const std::string& warning : analysis.warnings) {
      absl::StrAppend(&html, "<li>", EscapeHtml(warning), "</li>\n");
    }
    absl::StrAppend(&html, "</ul></section>\n");
  }
  return absl::StrCat(html, "</header>\n<main>\n");
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
      choices.size() > 1 ? Choice("id=\"forest-metric\" data-views=\"forest\" aria-label=\"Metric\"", choices) : "",
      plots, "</section>\n");
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
  if (!analysis.effects.empty()) {
    absl::StrAppend(
        &html,
        "<p>The p-value of a difference is the largest α whose interval of confidence 1 − α contains 0; that "
        "of equivalence the smallest whose interval of confidence 1 − 2α lies within the margin (two "
        "one-sided tests). Each kind is adjusted by Holm’s procedure over the contrasts with a published "
        "effect, those that could not be compared included.</p>\n");
  }
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
  std::string html = absl::StrCat("<section class=\"folded\">\n", SettingsSection(result), Method(result, analysis));
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

std::string Footer(const std::vector<std::string>& files_beside) {
  std::vector<std::string> links;
  for (const std::string& file : files_beside) {
    links.push_back(absl::StrCat("<a href=\"", file, "\">", file, "</a>"));
  }
  return absl::StrCat("</main>\n<footer>Beside this page: ", absl::StrJoin(links, ", "), ".</footer>\n");
}

std::string Scripts(const std::string& chart_data) {
  return absl::StrCat("<script type=\"application/json\" id=\"data\">", chart_data, "</script>\n", "<script>", kChartJs,
                      "</script>\n<script>\n", kReportJs, kExamplesJs, "</script>\n</body>\n</html>\n");
}

// What a page may take, and what of it examples may take at most.
constexpr size_t kMostBytes = 1'000'000, kMostBytesOfExamples = 250'000;

}  // namespace

std::string RenderHtml(const SweepResult& result, const Analysis& analysis,
                       const std::vector<std::string>& files_beside) {
  const std::string page = absl::StrCat(
      Head(result), Top(result, analysis), Differences(analysis), ResultSection(result, analysis),
      GridSection(analysis), TableSection("Published effects", BuildEffectsTable(analysis)),
      TableSection("Tuning", BuildTuningTable(result)), CurvesSection(result),
      ExamplesSection(result, analysis, kMostBytesOfExamples), Folded(result, analysis), Footer(files_beside));
  const size_t without_data = page.size() + Scripts("").size();
  const size_t left = without_data < kMostBytes ? kMostBytes - without_data : 0;
  return absl::StrCat(page, Scripts(RenderChartData(result, left)));
}

}  // namespace retort
