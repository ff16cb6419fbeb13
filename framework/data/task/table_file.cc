#include "framework/data/task/table_file.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/csv_row.h"
#include "framework/data/task/json_row.h"

namespace retort {
namespace {

using Row = std::vector<std::string>;

Row SplitAtTabs(absl::string_view line) {
  Row row;
  for (const absl::string_view cell : absl::StrSplit(line, '\t')) row.emplace_back(LineText(cell));
  return row;
}

// Where the column is, by number or by the heading.
std::optional<size_t> PlaceOf(const std::string& column, const Row& first_row, bool heading) {
  size_t place = first_row.size();
  if (IsColumnNumber(column)) {
    if (!absl::SimpleAtoi(column, &place)) return std::nullopt;
  } else if (heading) {
    place = std::find(first_row.begin(), first_row.end(), column) - first_row.begin();
  }
  return place < first_row.size() ? std::optional<size_t>(place) : std::nullopt;
}

}  // namespace

std::optional<TableFormat> TableFormatOf(absl::string_view path) {
  for (const char* packing : {".gz", ".xz", ".zst"}) {
    if (absl::ConsumeSuffix(&path, packing)) break;
  }
  if (absl::EndsWith(path, ".tsv")) return TableFormat::kTsv;
  if (absl::EndsWith(path, ".csv")) return TableFormat::kCsv;
  if (absl::EndsWith(path, ".jsonl")) return TableFormat::kJsonLines;
  return std::nullopt;
}

bool IsColumnNumber(absl::string_view column) {
  return !column.empty() && std::all_of(column.begin(), column.end(), absl::ascii_isdigit);
}

std::string LeftOutRows::Note(absl::string_view what) const {
  if (count == 1) return absl::StrCat("left out 1 row ", what, ", in line ", first_line);
  return absl::StrCat("left out ", count, " rows ", what, ", the first in line ", first_line);
}

absl::StatusOr<std::unique_ptr<TableFile>> TableFile::Open(const std::string& path, TableLayout layout) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<TextLines> lines, TextLines::Open(path, layout.limit));
  auto file = absl::WrapUnique(new TableFile(std::move(lines), std::move(layout)));
  if (!file->layout_.heading || file->layout_.format == TableFormat::kJsonLines) return file;
  std::string line;  // Of an empty file it stays empty, and so does the heading.
  RETORT_RETURN_IF_ERROR(file->lines_->Next(&line).status());
  file->line_ = 1;
  RETORT_ASSIGN_OR_RETURN(const Row heading, file->Split(std::move(line)));
  RETORT_RETURN_IF_ERROR(file->FindColumns(heading));
  return file;
}

absl::StatusOr<bool> TableFile::Next(TableCells* cells) {
  std::string line;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, NextLine(&line));
    if (!more) return false;
    if (layout_.format == TableFormat::kJsonLines) {
      RETORT_ASSIGN_OR_RETURN(*cells, ReadJsonRow(line, place(), layout_.columns));
      return true;
    }
    RETORT_ASSIGN_OR_RETURN(Row row, Split(std::move(line)));
    if (width_ == 0) RETORT_RETURN_IF_ERROR(FindColumns(row));
    if (row.size() == width_) {
      *cells = Pick(std::move(row));
      return true;
    }
    if (!layout_.skips_uneven) {
      return absl::InvalidArgumentError(absl::StrCat(place(), ": want the ", width_, " columns of the ",
                                                     layout_.heading ? "heading" : "first row", ", got ", row.size()));
    }
    uneven_.Add(line_);
  }
}

std::string TableFile::place() const { return absl::StrCat(lines_->path(), ":", line_); }

// The next line that is not blank: blank ones are passed over at the end of the file alone.
absl::StatusOr<bool> TableFile::NextLine(std::string* line) {
  int64_t blank = 0;
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines_->Next(line));
    if (!more) return false;
    line_ = lines_->number();
    if (!LineText(*line).empty()) break;
    if (blank == 0) blank = line_;
  }
  if (blank == 0) return true;
  return absl::InvalidArgumentError(
      absl::StrCat(lines_->path(), ":", blank, ": want a row, got a blank line with rows behind it"));
}

absl::StatusOr<Row> TableFile::Split(std::string line) {
  if (layout_.format == TableFormat::kCsv) return ReadCsvRow(std::move(line), lines_.get());
  return SplitAtTabs(line);
}

absl::Status TableFile::FindColumns(const Row& first_row) {
  width_ = first_row.size();
  for (const WantedColumn& column : layout_.columns) {
    places_.push_back(PlaceOf(column.name, first_row, layout_.heading));
    if (places_.back() || column.may_lack) continue;
    if (IsColumnNumber(column.name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(place(), ": want a column ", column.name, ", counted from 0, got ", width_, " columns"));
    }
    const std::string names = absl::StrJoin(first_row, ", ");
    return absl::InvalidArgumentError(absl::StrCat(place(), ": want a heading with the column ", column.name, ", got ",
                                                   !names.empty()          ? names
                                                   : lines_->number() == 0 ? std::string("an empty file")
                                                                           : std::string("a blank line")));
  }
  return absl::OkStatus();
}

TableCells TableFile::Pick(Row row) const {
  TableCells cells;
  for (const std::optional<size_t>& place : places_) {
    cells.push_back(place ? std::optional<std::string>(row[*place]) : std::nullopt);
  }
  return cells;
}

}  // namespace retort
