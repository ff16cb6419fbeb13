#ifndef RETORT_FRAMEWORK_DATA_TASK_TABLE_COLUMN_H_
#define RETORT_FRAMEWORK_DATA_TASK_TABLE_COLUMN_H_

#include <optional>
#include <string>
#include <vector>

namespace retort {

// A column of a table that is read.
struct WantedColumn {
  std::string name;       // Or its number, from 0. In a JSON object it is always a name.
  bool may_lack = false;  // The table may be without it.
};

// A cell of each column that is read; nullopt where the table lacks the column.
using TableCells = std::vector<std::optional<std::string>>;

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_TABLE_COLUMN_H_
