#include "framework/report/files/page/grid_section.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/grid.h"
#include "framework/report/files/page/choice.h"
#include "framework/report/files/page/forest_plot.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/page/parallel_coordinates.h"
#include "framework/report/files/result_table.h"
#include "framework/report/files/tables.h"

namespace retort {
namespace {

using Places = std::vector<size_t>;  // Of values, one per axis.

// "temp=2, w=1": all settings but the first.
std::string Across(const SettingGrid& grid, const Places& values) {
  std::vector<std::string> parts;
  for (size_t a = 1; a < values.size(); ++a) {
    parts.push_back(absl::StrCat(grid.axes[a].name, "=", grid.axes[a].values[values[a]]));
  }
  return absl::StrJoin(parts, ", ");
}

// The columns of a metric in the table of all results: its mean, and its difference.
std::pair<size_t, size_t> ColumnsOf(const Table& table, size_t metric) {
  for (size_t c = 1; c < table.columns.size(); ++c) {
    if (table.columns[c].difference_in == metric) return {c - 1, c};
  }
  return {0, 0};
}

std::string Cell(const Analysis& analysis, const Table& table, size_t variant, size_t metric) {
  const auto [mean, difference] = ColumnsOf(table, metric);
  const std::vector<TableCell>& row = table.rows[variant];
  const std::optional<PairedDifference>& d = analysis.variants[variant].metrics[metric].difference;
  const std::string tone = d ? ToneClass(analysis.columns[metric].metric, d->verdict()) : "nothing";
  return absl::StrCat("<td>", EscapeHtml(row[mean].text), "<span class=\"delta ", tone, "\">",
                      EscapeHtml(row[difference].text), "</span></td>");
}

std::string TwoWayTable(const Analysis& analysis, const Table& table, const SettingGrid& grid, size_t metric) {
  std::map<std::string, size_t> variants;  // By row and column.
  std::vector<std::string> columns;
  for (const GridPoint& point : grid.points) {
    const std::string across = Across(grid, point.values);
    variants[absl::StrCat(point.values[0], " ", across)] = point.variant;
    if (std::count(columns.begin(), columns.end(), across) == 0) columns.push_back(across);
  }
  std::string html = absl::StrCat("<table>\n<thead><tr><th scope=\"col\">", EscapeHtml(grid.axes[0].name), "</th>");
  for (const std::string& column : columns) {
    absl::StrAppend(&html, "<th scope=\"col\">", EscapeHtml(column), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n");
  for (size_t r = 0; r < grid.axes[0].values.size(); ++r) {
    absl::StrAppend(&html, "<tr><th scope=\"row\">", EscapeHtml(grid.axes[0].values[r]), "</th>");
    for (const std::string& column : columns) {
      const auto variant = variants.find(absl::StrCat(r, " ", column));
      absl::StrAppend(&html, variant == variants.end() ? "<td>–</td>" : Cell(analysis, table, variant->second, metric));
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return absl::StrCat(html, "</tbody>\n</table>");
}

}  // namespace

std::string GridSection(const Analysis& analysis) {
  std::vector<std::string> names;
  for (const VariantAnalysis& variant : analysis.variants) names.push_back(variant.name);
  const SettingGrid grid = FindGrid(names);
  if (grid.empty() || analysis.columns.empty()) return "";
  const Table table = BuildTable(analysis, {/*compact=*/false, /*medians=*/false});
  std::vector<std::pair<std::string, std::string>> choices;
  std::string views;
  for (size_t m = 0; m < analysis.columns.size(); ++m) {
    const std::string& title = analysis.columns[m].title;
    choices.emplace_back(absl::StrCat("grid", m), title);
    absl::StrAppend(&views, "<div class=\"view\" id=\"grid", m, "\"", m > 0 ? " hidden" : "",
                    ">\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", EscapeHtml(title),
                    " by settings\">", TwoWayTable(analysis, table, grid, m), "</div>\n",
                    ParallelCoordinates(analysis, grid, m), "</div>\n");
  }
  return absl::StrCat(
      "<section>\n<h2>Settings together</h2>\n<p class=\"note\">Mean over seeds and, below it, the difference to ",
      EscapeHtml(analysis.base),
      " with its 95&nbsp;% interval. In the picture a line is a variant; it ends in its difference, whose interval is "
      "the bar.</p>\n",
      choices.size() > 1 ? Choice("data-views=\"grid\" aria-label=\"Metric\"", choices) : "", views, "</section>\n");
}

}  // namespace retort
