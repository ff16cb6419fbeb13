#include "framework/report/files/tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/format.h"

namespace retort {
namespace {

using Row = std::vector<TableCell>;

template <typename Visit>
void ForEachRow(const Table& table, Visit visit) {
  for (const Row& row : table.rows) visit(row);
  for (const Row& row : table.published) visit(row);
}

std::vector<int> Widths(const Table& table) {
  std::vector<int> widths;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    int width = DisplayWidth(table.columns[c].title);
    ForEachRow(table, [&](const Row& row) { width = std::max(width, DisplayWidth(row[c].text)); });
    widths.push_back(width);
  }
  return widths;
}

constexpr int kGap = 2;  // Blanks between two columns.

std::string Pad(const TableColumn& column, const std::string& text, int width) {
  return column.fields.empty() ? PadRight(text, width) : PadLeft(text, width);
}

// Writes the first column and columns [begin, end).
class Block {
 public:
  Block(const Table& table, const std::vector<int>& widths, size_t begin, size_t end)
      : table_(table), widths_(widths), begin_(begin), end_(end) {}

  std::string Render() {
    AddLine([this](size_t c) { return table_.columns[c].title; });
    AddRule();
    for (const Row& row : table_.rows) AddRow(row);
    bool ruled = false;
    for (const Row& row : table_.published) {
      const auto says_something = [](const TableCell& cell) { return cell.text != kNothing; };
      if (std::none_of(row.begin() + begin_, row.begin() + end_, says_something)) continue;
      if (!ruled) AddRule();
      ruled = true;
      AddRow(row);
    }
    return std::move(text_);
  }

 private:
  template <typename CellText>
  void AddLine(CellText cell_text) {
    std::string line = PadRight(cell_text(0), widths_[0]);
    for (size_t c = begin_; c < end_; ++c) {
      absl::StrAppend(&line, std::string(kGap, ' '), Pad(table_.columns[c], cell_text(c), widths_[c]));
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&text_, line, "\n");
  }

  void AddRow(const Row& row) {
    AddLine([&row](size_t c) { return row[c].text; });
  }

  void AddRule() {
    int width = widths_[0];
    for (size_t c = begin_; c < end_; ++c) width += kGap + widths_[c];
    for (int i = 0; i < width; ++i) text_ += "─";
    text_ += "\n";
  }

  const Table& table_;
  const std::vector<int>& widths_;
  size_t begin_, end_;
  std::string text_;
};

std::string EscapeMarkdown(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}, {"*", "\\*"}, {"_", "\\_"}, {"<", "&lt;"}});
}

std::string MarkdownLine(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

// The end of the line before, \\ or a rule, would take a first '[' or '*' for an option of its own.
std::string LatexLine(const Row& row) {
  std::vector<std::string> cells;
  for (const TableCell& cell : row) cells.push_back(EscapeLatex(cell.text));
  const bool is_option = !cells[0].empty() && (cells[0][0] == '[' || cells[0][0] == '*');
  return absl::StrCat(is_option ? "{}" : "", absl::StrJoin(cells, " & "), " \\\\");
}

}  // namespace

int TextWidth(const Table& table) {
  const std::vector<int> widths = Widths(table);
  int width = -kGap;
  for (const int column : widths) width += kGap + column;
  return width;
}

std::string RenderText(const Table& table, int width) {
  const std::vector<int> widths = Widths(table);
  std::vector<std::string> blocks;
  for (size_t begin = 1, end = 1; begin < table.columns.size(); begin = end) {
    int used = widths[0];
    while (end < table.columns.size() && (end == begin || used + kGap + widths[end] <= width)) {
      used += kGap + widths[end];
      ++end;
    }
    blocks.push_back(Block(table, widths, begin, end).Render());
  }
  return absl::StrJoin(blocks, "\n");
}

std::string RenderTsv(const Table& table) {
  std::vector<std::string> lines;
  std::vector<std::string> fields;
  for (const TableColumn& column : table.columns) {
    if (column.fields.empty()) fields.push_back(column.key);
    for (const std::string& field : column.fields) fields.push_back(absl::StrCat(column.key, ".", field));
    if (!column.reason.empty()) fields.push_back(absl::StrCat(column.key, ".", column.reason));
  }
  lines.push_back(absl::StrJoin(fields, "\t"));
  for (const std::vector<TableCell>& row : table.rows) {
    fields.clear();
    for (size_t c = 0; c < row.size(); ++c) {
      const bool is_nothing = row[c].text == kNothing;
      const std::string words = is_nothing ? "" : absl::StrReplaceAll(row[c].text, {{"\t", " "}, {"\n", " "}});
      if (table.columns[c].fields.empty()) fields.push_back(words);
      for (const std::optional<double>& value : row[c].values) {
        fields.push_back(value.has_value() ? ExactNumber(*value) : "");
      }
      if (!table.columns[c].reason.empty()) fields.push_back(row[c].values.front().has_value() ? "" : words);
    }
    lines.push_back(absl::StrJoin(fields, "\t"));
  }
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

std::string RenderMarkdown(const Table& table) {
  std::vector<std::string> titles, rules;
  for (const TableColumn& column : table.columns) {
    titles.push_back(EscapeMarkdown(column.title));
    rules.push_back(column.fields.empty() ? "---" : "---:");
  }
  std::string text = absl::StrCat(MarkdownLine(titles), MarkdownLine(rules));
  ForEachRow(table, [&text](const Row& row) {
    std::vector<std::string> cells;
    for (const TableCell& cell : row) cells.push_back(EscapeMarkdown(cell.text));
    text += MarkdownLine(cells);
  });
  return absl::StrCat(text, "\n", EscapeMarkdown(table.note), "\n");
}

std::string EscapeLatex(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\textbackslash{}"},
                                    {"&", "\\&"},
                                    {"%", "\\%"},
                                    {"$", "\\$"},
                                    {"#", "\\#"},
                                    {"_", "\\_"},
                                    {"{", "\\{"},
                                    {"}", "\\}"},
                                    {"~", "\\textasciitilde{}"},
                                    {"^", "\\textasciicircum{}"},
                                    {"\n", " "},
                                    {"<", "$<$"},
                                    {">", "$>$"},
                                    {"−", "$-$"},
                                    {"±", "$\\pm$"},
                                    {"Δ", "$\\Delta$"},
                                    {"∞", "$\\infty$"},
                                    {"–", "--"},
                                    {"’", "'"},
                                    {"×", "$\\times$"},
                                    {"·", "$\\cdot$"},
                                    {"τ", "$\\tau$"},
                                    {"…", "\\dots{}"}});
}

std::string RenderLatex(const Table& table) {
  std::string alignment;
  for (const TableColumn& column : table.columns) alignment += column.fields.empty() ? 'l' : 'r';
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(table.note, '\n')) lines.push_back(absl::StrCat("% ", line));
  lines.push_back("% Needs \\usepackage{booktabs}.");
  lines.push_back(absl::StrCat("\\begin{tabular}{", alignment, "}"));
  lines.push_back("\\toprule");
  std::vector<std::string> cells;
  for (const TableColumn& column : table.columns) cells.push_back(EscapeLatex(column.title));
  lines.push_back(absl::StrCat(absl::StrJoin(cells, " & "), " \\\\"));
  lines.push_back("\\midrule");
  for (const Row& row : table.rows) lines.push_back(LatexLine(row));
  if (!table.published.empty()) lines.push_back("\\midrule");
  for (const Row& row : table.published) lines.push_back(LatexLine(row));
  lines.push_back("\\bottomrule");
  lines.push_back("\\end{tabular}");
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

}  // namespace retort
