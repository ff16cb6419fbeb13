#include "framework/data/task/table_reader.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {

std::string TableReader::Description() const { return absl::StrCat("table (", files_.paths.at(kTrainSplit), ")"); }

HeadKind TableReader::head() const { return files_.columns.score.empty() ? HeadKind::kClasses : HeadKind::kScore; }

std::vector<std::string> TableReader::splits() const {
  std::vector<std::string> splits;
  for (const auto& [split, path] : files_.paths) splits.push_back(split);
  return splits;
}

absl::StatusOr<TaskExamples> TableReader::Read(absl::string_view split) const {
  const std::string& path = files_.paths.at(std::string(split));
  const std::optional<TableFormat> format = files_.format ? files_.format : TableFormatOf(path);
  if (!format) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": want a name that ends in .tsv, .csv or .jsonl, also packed (.gz, .xz, .zst), or the format said"));
  }
  ExampleTable table;
  table.format = *format;
  table.heading = files_.heading;
  table.columns = files_.columns;
  table.labelled = split != kTestSplit;
  return ReadTableExamples(path, table);
}

}  // namespace retort
