// Bytes as a table of pairs of texts with a class or a score, plain or packed: an error, or examples that have all of
// it. The first byte says what is read: modulo 3 the format (0 TSV, 1 CSV, 2 JSON lines), a third of it modulo 2
// whether the columns have names, a sixth of it modulo 2 whether there are scores. So '0' to '5' are tables with
// classes and '6' to ';' with scores, the three formats without names and with them.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/table_file.h"
#include "framework/data/task/table_reader.h"
#include "glog/logging.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {
namespace {

TableFiles FilesOf(uint8_t choice, const std::string& path) {
  constexpr TableFormat kFormats[] = {TableFormat::kTsv, TableFormat::kCsv, TableFormat::kJsonLines};
  TableFiles files;
  files.paths = {{kTrainSplit, path}, {kTestSplit, path}};
  files.format = kFormats[choice % 3];
  files.heading = choice / 3 % 2 == 1;
  files.columns.texts = files.heading ? std::vector<std::string>{"text", "other"} : std::vector<std::string>{"0", "1"};
  const bool has_scores = choice / 6 % 2 == 1;
  (has_scores ? files.columns.score : files.columns.label) = files.heading ? "label" : "2";
  files.columns.id = {files.heading ? "id" : "3"};
  return files;
}

void CheckExample(const TaskExample& example, bool has_scores) {
  CHECK(!example.id.empty());
  CHECK(example.second.has_value());
  CHECK(!example.first.empty() || !example.second->empty());
  CHECK(has_scores ? std::isfinite(example.score) : !example.label.empty()) << example.place;
}

}  // namespace

bool Accepts(const uint8_t* data, size_t size) {
  if (size == 0) return false;
  static const TempFolder folder;
  folder.Put("table", data + 1, size - 1);
  const TableReader reader(FilesOf(data[0], folder.path() + "/table"));
  const absl::StatusOr<TaskExamples> labelled = reader.Read(kTrainSplit), unlabelled = reader.Read(kTestSplit);
  if (!labelled.ok()) {
    CHECK(!labelled.status().message().empty());
    return false;
  }
  CHECK(unlabelled.ok()) << unlabelled.status();
  CHECK_GE(unlabelled->examples.size(), labelled->examples.size());
  for (const TaskExample& example : labelled->examples) CheckExample(example, reader.head() == HeadKind::kScore);
  return true;
}

}  // namespace retort::fuzz
