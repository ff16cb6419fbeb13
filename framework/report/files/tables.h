#ifndef RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_
#define RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// Tables of a report as values, and the formats in which they are printed. Pure functions.

namespace retort {

// What a cell says that has nothing to say.
inline constexpr char kNothing[] = "–";

struct TableColumn {
  std::string title;  // For readers: "cross-entropy, nats".
  std::string key;    // For machines: "masked_lm/cross_entropy".
  // Names of the numbers behind each cell, in the metric's own unit: {"mean", "sd"}. Empty for a column of words.
  std::vector<std::string> fields;
  std::string reason = {};  // Name of the words that a cell has where it lacks numbers; empty: it has none.
  bool below = false;       // On the page it stands in the cells of the column before it, below what that says.
  // Differences in a metric, a place in Analysis.columns, which the page colours by what is better.
  std::optional<size_t> difference_in = {};
  std::string label = {};  // What the page says before a text that stands below another: "median".
};

struct TableCell {
  std::string text;                           // For readers, rounded: "4.09 ± 0.02".
  std::vector<std::optional<double>> values;  // One per field.
};

struct Table {
  std::vector<TableColumn> columns;               // The first one names the row.
  std::vector<std::vector<TableCell>> rows;       // What was computed.
  std::vector<std::vector<TableCell>> published;  // Papers' numbers, below the others, for readers alone.
  std::string note;                               // How to read the cells.
};

// The columns of a terminal that RenderText takes if nothing is broken.
int TextWidth(const Table& table);

// Aligned text for a terminal of `width` columns. Columns that do not fit follow below in further blocks, each with the
// names of the rows. Ends in a newline.
std::string RenderText(const Table& table, int width);

// Tab-separated, one header line, without published rows. A column of numbers becomes one column per field,
// "masked_lm/cross_entropy.mean", with all digits; a number that does not exist is an empty field. Why a difference
// does not exist is a column of its own, "masked_lm/cross_entropy.difference.not_compared".
std::string RenderTsv(const Table& table);

// A table of GitHub's Markdown, and the note below it. Texts are escaped.
std::string RenderMarkdown(const Table& table);

// A LaTeX tabular with booktabs' rules, for \input. Texts are escaped.
std::string RenderLatex(const Table& table);

// Escapes LaTeX's special characters and replaces the Unicode signs that reports use.
std::string EscapeLatex(const std::string& text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_
