#ifndef RETORT_FRAMEWORK_DATA_TASK_CSV_ROW_H_
#define RETORT_FRAMEWORK_DATA_TASK_CSV_ROW_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/task/text_lines.h"

namespace retort {

// The cells of a row of comma-separated values (RFC 4180) that begins with `line`, the last one of `lines`: a cell in
// quotation marks may hold commas, ends of lines, for which further lines are read and which become "\n", and quotation
// marks, each written twice. In other cells a quotation mark is a character like others. Blanks at a cell's end are no
// text.
//
// Errors, with path and line: those of TextLines; InvalidArgument for text between a closing quotation mark and the
// comma after it, and for a quotation mark that nothing closes.
absl::StatusOr<std::vector<std::string>> ReadCsvRow(std::string line, TextLines* lines);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_CSV_ROW_H_
