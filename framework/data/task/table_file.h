#ifndef RETORT_FRAMEWORK_DATA_TASK_TABLE_FILE_H_
#define RETORT_FRAMEWORK_DATA_TASK_TABLE_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/task/text_lines.h"
#include "framework/data/task/wanted_column.h"

namespace retort {

enum class TableFormat {
  kTsv,        // Tabs part the columns. There is no quoting: a quotation mark is a character like others.
  kCsv,        // Commas part the columns, with quoting as in RFC 4180.
  kJsonLines,  // An object or an array per line.
};

// What a file's name says, without .gz, .xz or .zst: .tsv, .csv, .jsonl; nullopt for other names.
std::optional<TableFormat> TableFormatOf(absl::string_view path);

// Whether a column is a number, from 0, and not a name.
bool IsColumnNumber(absl::string_view column);

// What is read of a table, and how.
struct TableLayout {
  TableFormat format = TableFormat::kTsv;
  bool heading = true;  // The first row names the columns; JSON has the names in each row.
  std::vector<WantedColumn> columns;
  bool skips_uneven = false;  // Rows of another number of columns are left out, as readers of QQP do.
  UnpackLimit limit = {};
};

// Rows that are left out for one reason.
struct LeftOutRows {
  int64_t count = 0, first_line = 0;

  void Add(int64_t line) {
    if (count++ == 0) first_line = line;
  }
  // "left out 3 rows <what>, the first in line 17".
  std::string Note(absl::string_view what) const;
};

// The rows of a table in a file, plain or packed. Line ends, byte order marks, blanks at the end of a cell and blank
// lines at the end of the file are no text. One thread at a time.
class TableFile {
 public:
  // Errors, with the path, here and in Next: those of TextLines; InvalidArgument naming the line for a column that the
  // heading, the first row, or a JSON row lacks; for rows of another number of columns than the first has; for blank
  // lines between rows; and for what is no CSV or JSON.
  static absl::StatusOr<std::unique_ptr<TableFile>> Open(const std::string& path, TableLayout layout);

  // The next row's cells, or false after the last one.
  absl::StatusOr<bool> Next(TableCells* cells);

  // Where the last row begins, from 1.
  int64_t line() const { return line_; }
  // "train.tsv:17", with the whole path.
  std::string place() const;

  // Rows that `skips_uneven` skipped so far, and the number of columns that they should have had.
  const LeftOutRows& uneven() const { return uneven_; }
  size_t width() const { return width_; }

 private:
  TableFile(std::unique_ptr<TextLines> lines, TableLayout layout)
      : lines_(std::move(lines)), layout_(std::move(layout)) {}

  absl::StatusOr<bool> NextLine(std::string* line);
  absl::StatusOr<std::vector<std::string>> Split(std::string line);
  absl::Status FindColumns(const std::vector<std::string>& first_row);
  TableCells Pick(std::vector<std::string> row) const;

  const std::unique_ptr<TextLines> lines_;
  const TableLayout layout_;
  std::vector<std::optional<size_t>> places_;  // Of the layout's columns in a row, but in JSON.
  size_t width_ = 0;                           // Columns of a row; 0: none was read.
  int64_t line_ = 0;
  LeftOutRows uneven_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_TABLE_FILE_H_
