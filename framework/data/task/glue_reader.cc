#include "framework/data/task/glue_reader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/table_examples.h"
#include "framework/data/task/table_file.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kPublishedMrpc[] = "msr_paraphrase_train.txt";
constexpr char kMrpcDevIds[] = "mrpc_dev_ids.tsv";

// The path of the first of these files that is there, plain or packed.
absl::StatusOr<std::string> FindFile(const std::string& folder, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    for (const char* packing : {"", ".gz", ".xz", ".zst"}) {
      std::string path = absl::StrCat(folder, "/", file, packing);
      if (Exists(path)) return path;
    }
  }
  return absl::NotFoundError(absl::StrCat(folder, ": want ", absl::StrJoin(files, " or "),
                                          ", plain or packed (.gz, .xz, .zst), got ",
                                          Exists(folder) ? "none of them" : "no such folder"));
}

ExampleTable TableOf(const GlueTask& task, bool labelled) {
  ExampleTable table;
  table.columns.texts = labelled ? task.texts : task.unlabelled_texts;
  table.columns.id = labelled ? task.id : task.unlabelled_id;
  table.heading = !IsColumnNumber(table.columns.texts[0]);
  // A number counts the columns of files without a heading alone.
  if (!table.heading || !IsColumnNumber(task.label)) {
    (task.classes.empty() ? table.columns.score : table.columns.label) = task.label;
  }
  table.labelled = labelled;
  table.skips_uneven = task.skips_uneven;
  return table;
}

absl::Status NameLabels(const std::vector<std::string>& classes, std::vector<TaskExample>* examples) {
  for (TaskExample& example : *examples) {
    if (example.label.empty()) continue;
    size_t number = 0;
    if (!absl::SimpleAtoi(example.label, &number) || number >= classes.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          example.place, ": label: want 0 (", absl::StrJoin(classes, ") or 1 ("), "), got \"", example.label, "\""));
    }
    example.label = classes[number];
  }
  return absl::OkStatus();
}

// The ids of MRPC's development set, as examples have them.
absl::StatusOr<std::set<std::string>> ReadMrpcDevIds(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::string path, FindFile(folder, {kMrpcDevIds}));
  TableLayout layout;
  layout.heading = false;
  layout.columns = {{"0"}, {"1"}};
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TableFile> file, TableFile::Open(path, layout));
  std::set<std::string> ids;
  TableCells cells;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, file->Next(&cells));
    if (!more) return ids;
    ids.insert(absl::StrCat(*cells[0], " ", *cells[1]));
  }
}

// Keeps what of the published corpus is the development set, or what is not.
absl::Status KeepMrpcSplit(const std::string& folder, bool dev, std::vector<TaskExample>* examples) {
  RETORT_ASSIGN_OR_RETURN(const std::set<std::string> ids, ReadMrpcDevIds(folder));
  const auto is_other = [&](const TaskExample& example) { return (ids.count(example.id) > 0) != dev; };
  examples->erase(std::remove_if(examples->begin(), examples->end(), is_other), examples->end());
  return absl::OkStatus();
}

}  // namespace

std::string GlueReader::Description() const { return absl::StrCat("GLUE ", task_.name, " (", folder_, ")"); }

std::vector<std::string> GlueReader::splits() const {
  std::vector<std::string> names;
  for (const GlueSplit& split : task_.splits) names.push_back(split.name);
  return names;
}

absl::StatusOr<TaskExamples> GlueReader::Read(absl::string_view split) const {
  const auto named = [&](const GlueSplit& other) { return other.name == split; };
  const auto found = std::find_if(task_.splits.begin(), task_.splits.end(), named);
  CHECK(found != task_.splits.end()) << split;
  RETORT_ASSIGN_OR_RETURN(TaskExamples read, ReadSplit(*found));
  if (task_.numbered) RETORT_RETURN_IF_ERROR(NameLabels(task_.classes, &read.examples));
  return read;
}

absl::StatusOr<TaskExamples> GlueReader::ReadSplit(const GlueSplit& split) const {
  RETORT_ASSIGN_OR_RETURN(const std::string path, FindFile(folder_, split.files));
  RETORT_ASSIGN_OR_RETURN(TaskExamples read, ReadTableExamples(path, TableOf(task_, split.labelled)));
  if (absl::StrContains(path, kPublishedMrpc)) {
    RETORT_RETURN_IF_ERROR(KeepMrpcSplit(folder_, split.name == kReportSplit, &read.examples));
  }
  return read;
}

}  // namespace retort
