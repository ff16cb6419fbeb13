#ifndef RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_
#define RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"

// The result table of a sweep, built once and printed in several formats. Pure functions.

namespace retort {

// What a cell says that has nothing to say.
inline constexpr char kNothing[] = "–";

struct TableColumn {
  std::string title;  // For readers: "cross-entropy, nats".
  std::string key;    // For machines: "masked_lm/cross_entropy".
  // Names of the numbers behind each cell, in the metric's own unit: {"mean", "sd"}. Empty for a column of words.
  std::vector<std::string> fields;
  std::string reason = {};  // Name of the words that a cell has where it lacks numbers; empty: it has none.
};

struct TableCell {
  std::string text;                           // For readers, rounded: "4.09 ± 0.02".
  std::vector<std::optional<double>> values;  // One per field.
};

struct Table {
  std::vector<TableColumn> columns;          // The first one names the row.
  std::vector<std::vector<TableCell>> rows;  // The variants in the sweep's order, then the teacher if it was scored.
  std::string note;                          // How to read the cells.
};

// One row per variant: for every metric mean ± standard deviation over seeds and the paired difference to the base with
// its 95 % interval; then finished seeds, parameters, tokens per second of the cohort's data pass, share of clipped
// steps, and, if the sweep names any, the published number with unit and source.
Table BuildTable(const Analysis& analysis);

// Aligned text for a terminal of `width` columns. Columns that do not fit follow below in further blocks, each with the
// names of the rows. Ends in a newline.
std::string RenderText(const Table& table, int width);

// Tab-separated, one header line. A column of numbers becomes one column per field, "masked_lm/cross_entropy.mean",
// with all digits; a number that does not exist is an empty field. Why a difference does not exist is a column of its
// own, "masked_lm/cross_entropy.difference.not_compared".
std::string RenderTsv(const Table& table);

// A LaTeX tabular with booktabs' rules, for \input. Texts are escaped.
std::string RenderLatex(const Table& table);

// Escapes LaTeX's special characters and replaces the Unicode signs that reports use.
std::string EscapeLatex(const std::string& text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_TABLES_H_
