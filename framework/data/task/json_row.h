#ifndef RETORT_FRAMEWORK_DATA_TASK_JSON_ROW_H_
#define RETORT_FRAMEWORK_DATA_TASK_JSON_ROW_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/task/wanted_column.h"

namespace retort {

// The cells of these columns of a line that holds a JSON object, whose fields are the columns, or an array, whose
// columns have numbers. Numbers, true and false are cells as they are written; in a column that may lack, null and NaN
// are none. Blanks at a cell's end are no text.
//
// Errors, beginning with `place`: InvalidArgument for what is neither, without a column that it may not lack, or with
// an object, an array, an infinity, or else null or NaN in a column.
absl::StatusOr<TableCells> ReadJsonRow(absl::string_view line, const std::string& place,
                                       const std::vector<WantedColumn>& columns);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_JSON_ROW_H_
