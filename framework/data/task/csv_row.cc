#include "framework/data/task/csv_row.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

class CsvRow {
 public:
  CsvRow(std::string line, TextLines* lines)
      : line_(WithoutByteOrderMark(line)), lines_(lines), first_line_(lines->number()) {}

  absl::StatusOr<std::vector<std::string>> Read() {
    std::vector<std::string> cells;
    while (true) {
      RETORT_ASSIGN_OR_RETURN(const std::string cell, ReadCell());
      cells.emplace_back(LineText(cell));
      if (next_ == line_.size()) return cells;
      ++next_;  // The comma.
    }
  }

 private:
  absl::StatusOr<std::string> ReadCell() {
    if (next_ < line_.size() && line_[next_] == '"') return ReadQuoted();
    return std::string(UpToComma());
  }

  absl::string_view UpToComma() {
    const size_t begin = next_;
    next_ = std::min(line_.find(',', begin), line_.size());
    return absl::string_view(line_).substr(begin, next_ - begin);
  }

  absl::StatusOr<std::string> ReadQuoted() {
    std::string cell;
    ++next_;
    while (true) {
      const size_t mark = line_.find('"', next_);
      cell.append(line_, next_, mark - next_);
      if (mark == std::string::npos) {
        RETORT_RETURN_IF_ERROR(NextLine());
        cell += '\n';
        continue;
      }
      next_ = mark + 1;
      if (next_ == line_.size() || line_[next_] != '"') break;
      cell += '"';
      ++next_;
    }
    const absl::string_view rest = UpToComma();
    if (WithoutTrailingBlanks(rest).empty()) return cell;
    return absl::InvalidArgumentError(absl::StrCat(lines_->path(), ":", lines_->number(),
                                                   ": want a comma behind a closing quotation mark, got \"", rest,
                                                   "\"; a quotation mark in a cell is written twice"));
  }

  absl::Status NextLine() {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines_->Next(&line_));
    next_ = 0;
    if (more) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        lines_->path(), ":", first_line_,
        ": want a closing quotation mark for one in this row, got the file's end; a quotation mark that is text stands "
        "in a cell in quotation marks, written twice"));
  }

  std::string line_;
  TextLines* const lines_;
  const int64_t first_line_;
  size_t next_ = 0;  // Of the bytes in line_.
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadCsvRow(std::string line, TextLines* lines) {
  return CsvRow(std::move(line), lines).Read();
}

}  // namespace retort
