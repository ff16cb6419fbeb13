#include "framework/augment/vector_lines.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

using Fields = std::vector<absl::string_view>;

constexpr size_t kMostAhead = 100;  // Lines in which one is looked for whose word has no blanks.
constexpr absl::string_view kWayOut = "; correct the line or leave it out";

Fields FieldsOf(absl::string_view line) {
  return absl::StrSplit(LineText(line), absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// "400000 300": the counts of words and numbers.
bool IsHeading(const Fields& fields) {
  int64_t count = 0;
  return fields.size() == 2 && absl::SimpleAtoi(fields[0], &count) && absl::SimpleAtoi(fields[1], &count);
}

bool ReadNumber(absl::string_view field, double* value) {
  return absl::SimpleAtod(field, value) && std::isfinite(static_cast<float>(*value));
}

// Whether the first field alone is the word.
bool AllNumbersBehindFirst(const Fields& fields) {
  double value = 0;
  return fields.size() > 1 && std::all_of(fields.begin() + 1, fields.end(),
                                          [&](absl::string_view field) { return ReadNumber(field, &value); });
}

// Views of one line's text, and what is between them.
absl::string_view Spanned(absl::string_view first, absl::string_view last) {
  return {first.data(), static_cast<size_t>(last.data() + last.size() - first.data())};
}

absl::Status WrongCount(int64_t dimension, const Fields& fields) {
  return absl::InvalidArgumentError(absl::StrCat("want a word and ", dimension > 0 ? absl::StrCat(dimension) : "its",
                                                 " numbers, got ", fields.size(), " fields", kWayOut));
}

absl::Status ReadVector(absl::string_view line, int64_t dimension, WordVector* vector) {
  const Fields fields = FieldsOf(line);
  const int64_t parts = static_cast<int64_t>(fields.size()) - dimension;  // Of the word.
  if (dimension < 1 || parts < 1) return WrongCount(dimension, fields);
  if (parts > 1 && AllNumbersBehindFirst(fields)) return WrongCount(dimension, fields);
  vector->word = std::string(Spanned(fields[0], fields[parts - 1]));
  vector->numbers.resize(dimension);
  for (int64_t i = 0; i < dimension; ++i) {
    if (ReadNumber(fields[parts + i], &vector->numbers[i])) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("want a number behind the word \"", vector->word, "\", got \"", fields[parts + i], "\"", kWayOut));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VectorLines> VectorLines::Open(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<TextLines> lines, TextLines::Open(path));
  return VectorLines(std::move(lines));
}

absl::StatusOr<bool> VectorLines::Read(Line* line) {
  do {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines_->Next(&line->text));
    if (!more) return false;
  } while (LineText(line->text).empty());
  line->number = lines_->number();
  return true;
}

absl::Status VectorLines::FindDimension() {
  dimension_ = 0;
  while (ahead_.size() < kMostAhead) {
    Line line;
    RETORT_ASSIGN_OR_RETURN(const bool more, Read(&line));
    if (!more) break;
    const Fields fields = FieldsOf(line.text);
    if (ahead_.empty() && IsHeading(fields)) {
      return absl::InvalidArgumentError(
          absl::StrCat(lines_->path(), ":", line.number,
                       ": want a word and its numbers, as in GloVe's files, got word2vec's heading \"",
                       LineText(line.text), "\"; leave out this line: tail -n +2"));
    }
    const bool tells = AllNumbersBehindFirst(fields);
    if (tells || ahead_.empty()) dimension_ = static_cast<int64_t>(fields.size()) - 1;
    ahead_.push_back(std::move(line));
    if (tells) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> VectorLines::Next(WordVector* vector) {
  if (dimension_ < 0) {
    RETORT_RETURN_IF_ERROR(FindDimension());
  }
  Line line;
  if (ahead_.empty()) {
    RETORT_ASSIGN_OR_RETURN(const bool more, Read(&line));
    if (!more) return false;
  } else {
    line = std::move(ahead_.front());
    ahead_.pop_front();
  }
  if (const absl::Status read = ReadVector(line.text, dimension_, vector); !read.ok()) {
    return absl::Status(read.code(), absl::StrCat(lines_->path(), ":", line.number, ": ", read.message()));
  }
  return true;
}

}  // namespace retort
