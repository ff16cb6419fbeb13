#ifndef RETORT_FRAMEWORK_DATA_TASK_TABLE_EXAMPLES_H_
#define RETORT_FRAMEWORK_DATA_TASK_TABLE_EXAMPLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/table_file.h"

namespace retort {

// The columns of a table that make an example, by name or number.
struct ExampleColumns {
  std::vector<std::string> texts;    // One or two.
  std::string label;                 // Of the class; empty: there is none.
  std::string score;                 // Empty: there is none.
  std::vector<std::string> id = {};  // Parted by a blank. Where the table lacks them: the number of the row, from 0.
};

// How examples stand in a table.
struct ExampleTable {
  TableFormat format = TableFormat::kTsv;
  bool heading = true;
  bool skips_uneven = false;
  ExampleColumns columns;
  bool labelled = true;  // False: labels and scores may lack, and rows without a text stay, to be predicted as well.
};

// The examples of a file. Rows without any text are left out; how many is noted.
//
// Errors: those of TableFile; InvalidArgument, naming the line, for a row without a label, and for a score that is not
// a finite number.
absl::StatusOr<TaskExamples> ReadTableExamples(const std::string& path, const ExampleTable& table);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_TABLE_EXAMPLES_H_
