#include "framework/report/files/page/result_section.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/report/analysis/early_stops.h"
#include "framework/report/files/page/forest_plot.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/result_table.h"
#include "framework/report/files/tables.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

// The classes that colour a difference.
std::string DeltaClass(const Analysis& analysis, const VariantAnalysis& variant, size_t metric) {
  const std::optional<PairedDifference>& difference = variant.metrics[metric].difference;
  if (!difference.has_value()) return "delta";
  return absl::StrCat("delta ", ToneClass(analysis.columns[metric].metric, difference->verdict()));
}

const char* ClassOf(const TableColumn& column) { return column.fields.empty() ? " class=\"text\"" : ""; }

bool SaysSomething(const Table& table, size_t column) {
  const auto has_text = [column](const std::vector<TableCell>& row) { return row[column].text != kNothing; };
  return std::any_of(table.rows.begin(), table.rows.end(), has_text);
}

std::string HeaderCells(const Table& table) {
  std::string html;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    absl::StrAppend(&html, "<th scope=\"col\"", ClassOf(table.columns[c]), ">", EscapeHtml(table.columns[c].title));
    while (c + 1 < table.columns.size() && table.columns[c + 1].below) {
      if (!SaysSomething(table, ++c)) continue;
      absl::StrAppend(&html, "<span class=\"delta\">", EscapeHtml(table.columns[c].title), "</span>");
    }
    absl::StrAppend(&html, "</th>");
  }
  return html;
}

// What stands below another cell's text: a difference, or why there is none, or a number with its name.
std::string Below(const Analysis& analysis, const VariantAnalysis* variant, const TableColumn& column,
                  const TableCell& cell) {
  if (cell.text == kNothing) return "";
  const bool coloured = variant != nullptr && column.difference_in.has_value();
  return absl::StrCat("<span class=\"", coloured ? DeltaClass(analysis, *variant, *column.difference_in) : "delta",
                      "\">", column.label, column.label.empty() ? "" : " ", EscapeHtml(cell.text), "</span>");
}

// `variant`: null in rows of teachers and of published numbers.
std::string Row(const Analysis& analysis, const VariantAnalysis* variant, const Table& table,
                const std::vector<TableCell>& cells) {
  std::string html = absl::StrCat(variant == nullptr ? "<tr class=\"teacher\">" : "<tr>", "<th scope=\"row\">",
                                  EscapeHtml(cells[0].text), "</th>");
  for (size_t c = 1; c < cells.size(); ++c) {
    absl::StrAppend(&html, "<td", ClassOf(table.columns[c]), ">", EscapeHtml(cells[c].text));
    while (c + 1 < cells.size() && table.columns[c + 1].below) {
      ++c;
      absl::StrAppend(&html, Below(analysis, variant, table.columns[c], cells[c]));
    }
    absl::StrAppend(&html, "</td>");
  }
  return absl::StrCat(html, "</tr>\n");
}

}  // namespace

std::string ResultSection(const SweepResult& result, const Analysis& analysis) {
  const Table table = BuildTable(analysis, {});
  std::string html = absl::StrCat("<section>\n<h2>Results</h2>\n<p class=\"note\">", EscapeHtml(table.note), "</p>\n");
  for (const std::string& sentence : DescribeEarlyStops(result)) {
    absl::StrAppend(&html, "<p class=\"note\">", EscapeHtml(sentence), ".</p>\n");
  }
  absl::StrAppend(&html,
                  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Results\">"
                  "<table>\n<thead><tr>",
                  HeaderCells(table), "</tr></thead>\n<tbody>\n");
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const VariantAnalysis* variant = r < analysis.variants.size() ? &analysis.variants[r] : nullptr;
    absl::StrAppend(&html, Row(analysis, variant, table, table.rows[r]));
  }
  for (const std::vector<TableCell>& cells : table.published) {
    absl::StrAppend(&html, Row(analysis, nullptr, table, cells));
  }
  return absl::StrCat(html, "</tbody>\n</table></div>\n</section>\n");
}

}  // namespace retort
