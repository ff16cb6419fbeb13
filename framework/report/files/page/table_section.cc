#include "framework/report/files/page/table_section.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {
namespace {

const char* ClassOf(const TableColumn& column) { return column.fields.empty() ? " class=\"text\"" : ""; }

std::string Row(const Table& table, const std::vector<TableCell>& cells) {
  std::string html = absl::StrCat("<tr><th scope=\"row\">", EscapeHtml(cells[0].text), "</th>");
  for (size_t c = 1; c < cells.size(); ++c) {
    absl::StrAppend(&html, "<td", ClassOf(table.columns[c]), ">", EscapeHtml(cells[c].text), "</td>");
  }
  return absl::StrCat(html, "</tr>\n");
}

}  // namespace

std::string TableSection(absl::string_view title, const Table& table) {
  if (table.rows.empty()) return "";
  std::string html =
      absl::StrCat("<section>\n<h2>", EscapeHtml(std::string(title)), "</h2>\n<p class=\"note\">",
                   EscapeHtml(table.note), "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
                   EscapeHtml(std::string(title)), "\"><table>\n<thead><tr>");
  for (const TableColumn& column : table.columns) {
    absl::StrAppend(&html, "<th scope=\"col\"", ClassOf(column), ">", EscapeHtml(column.title), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n");
  for (const std::vector<TableCell>& cells : table.rows) absl::StrAppend(&html, Row(table, cells));
  return absl::StrCat(html, "</tbody>\n</table></div>\n</section>\n");
}

}  // namespace retort
