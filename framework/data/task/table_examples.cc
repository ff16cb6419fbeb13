#include "framework/data/task/table_examples.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

TableLayout LayoutOf(const ExampleTable& table) {
  TableLayout layout;
  layout.format = table.format;
  layout.heading = table.heading;
  layout.skips_uneven = table.skips_uneven;
  for (const std::string& text : table.columns.texts) layout.columns.push_back({text});
  for (const std::string& name : {table.columns.label, table.columns.score}) {
    if (!name.empty()) layout.columns.push_back({name, /*may_lack=*/!table.labelled});
  }
  for (const std::string& id : table.columns.id) layout.columns.push_back({id, /*may_lack=*/true});
  return layout;
}

// Hands out the cells of a row in the order of LayoutOf.
class CellReader {
 public:
  explicit CellReader(TableCells cells) : cells_(std::move(cells)) {}
  std::string Next() { return std::move(cells_[next_++]).value_or(""); }

 private:
  TableCells cells_;
  size_t next_ = 0;
};

absl::Status ReadScore(const std::string& cell, const ExampleTable& table, TaskExample* example) {
  if (cell.empty() && !table.labelled) return absl::OkStatus();
  if (absl::SimpleAtod(cell, &example->score) && std::isfinite(example->score)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(example->place, ": ", table.columns.score, ": want a number, got \"", cell, "\""));
}

absl::StatusOr<TaskExample> ExampleOf(const ExampleTable& table, TableCells row, std::string place) {
  CellReader cells(std::move(row));
  TaskExample example;
  example.place = std::move(place);
  example.first = cells.Next();
  if (table.columns.texts.size() > 1) example.second = cells.Next();
  if (!table.columns.label.empty()) {
    example.label = cells.Next();
    if (example.label.empty() && table.labelled) {
      return absl::InvalidArgumentError(
          absl::StrCat(example.place, ": ", table.columns.label, ": want the name of a class, got none"));
    }
  }
  if (!table.columns.score.empty()) RETORT_RETURN_IF_ERROR(ReadScore(cells.Next(), table, &example));
  for (size_t i = 0; i < table.columns.id.size(); ++i) {
    absl::StrAppend(&example.id, example.id.empty() ? "" : " ", cells.Next());
  }
  return example;
}

bool HasText(const TaskExample& example) { return !example.first.empty() || !example.second.value_or("").empty(); }

}  // namespace

absl::StatusOr<TaskExamples> ReadTableExamples(const std::string& path, const ExampleTable& table) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TableFile> file, TableFile::Open(path, LayoutOf(table)));
  TaskExamples read;
  LeftOutRows without_text;
  TableCells cells;
  for (int64_t row = 0;; ++row) {
    RETORT_ASSIGN_OR_RETURN(const bool more, file->Next(&cells));
    if (!more) break;
    RETORT_ASSIGN_OR_RETURN(TaskExample example, ExampleOf(table, std::move(cells), file->place()));
    if (example.id.empty()) example.id = absl::StrCat(row);
    if (table.labelled && !HasText(example)) {
      without_text.Add(file->line());
    } else {
      read.examples.push_back(std::move(example));
    }
  }
  if (without_text.count > 0) read.notes.push_back(absl::StrCat(path, ": ", without_text.Note("without a text")));
  if (file->uneven().count > 0) {
    const std::string what = absl::StrCat("of other than ", file->width(), " columns");
    read.notes.push_back(absl::StrCat(path, ": ", file->uneven().Note(what)));
  }
  return read;
}

}  // namespace retort
