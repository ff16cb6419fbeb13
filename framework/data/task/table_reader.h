#ifndef RETORT_FRAMEWORK_DATA_TASK_TABLE_READER_H_
#define RETORT_FRAMEWORK_DATA_TASK_TABLE_READER_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/table_examples.h"
#include "framework/data/task/table_file.h"

namespace retort {

// Tables of texts with a label or a score, a file per split.
struct TableFiles {
  std::map<std::string, std::string> paths;  // Of the splits; "train" is among them.
  ExampleColumns columns;                    // With a label or a score.
  std::optional<TableFormat> format;         // Absent: each file's name says it.
  bool heading = true;
  std::vector<std::string> classes;  // In the order of the labels; empty: those of the training file.
};

// Reads them.
class TableReader final : public TaskReader {
 public:
  explicit TableReader(TableFiles files) : files_(std::move(files)) {}

  std::string Description() const override;
  HeadKind head() const override;
  std::vector<std::string> classes() const override { return files_.classes; }
  std::vector<std::string> splits() const override;

  // Errors: those of ReadTableExamples; InvalidArgument where neither `format` nor the name says a file's format.
  absl::StatusOr<TaskExamples> Read(absl::string_view split) const override;

 private:
  const TableFiles files_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_TABLE_READER_H_
