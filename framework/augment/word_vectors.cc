#include "framework/augment/word_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/augment/title_case.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/data/task/text_lines.h"
#include "glog/logging.h"

namespace retort {
namespace {

// Stands for all words that are not there: near to none.
constexpr absl::string_view kUnknownWord = "<unk>";

std::vector<absl::string_view> FieldsOf(absl::string_view line) {
  return absl::StrSplit(LineText(line), absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// "400000 300": the counts of words and numbers.
bool IsHeading(const std::vector<absl::string_view>& fields) {
  int64_t count = 0;
  return fields.size() == 2 && absl::SimpleAtoi(fields[0], &count) && absl::SimpleAtoi(fields[1], &count);
}

// In float64, in parts that a compiler may add at once.
double DotProduct(const float* a, const float* b, int64_t size) {
  constexpr int64_t kParts = 8;
  double parts[kParts] = {};
  int64_t i = 0;
  for (; i + kParts <= size; i += kParts) {
    for (int64_t part = 0; part < kParts; ++part) parts[part] += static_cast<double>(a[i + part]) * b[i + part];
  }
  double sum = 0;
  for (; i < size; ++i) sum += static_cast<double>(a[i]) * b[i];
  for (const double part : parts) sum += part;
  return sum;
}

}  // namespace

absl::StatusOr<WordVectors> WordVectors::Read(const std::string& path, int64_t words) {
  CHECK_GT(words, 0);
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TextLines> lines, TextLines::Open(path));
  WordVectors vectors;
  std::string line;
  while (vectors.size() < words) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines->Next(&line));
    if (!more) break;
    if (const absl::Status added = vectors.Add(line); !added.ok()) {
      return absl::Status(added.code(), absl::StrCat(path, ":", lines->number(), ": ", added.message()));
    }
  }
  if (vectors.size() == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": want words and their vectors, got an empty file"));
  }
  return vectors;
}

absl::Status WordVectors::Add(absl::string_view line) {
  const std::vector<absl::string_view> fields = FieldsOf(line);
  if (size() == 0 && IsHeading(fields)) {
    return absl::InvalidArgumentError(
        absl::StrCat("want a word and its numbers, as in GloVe's files, got word2vec's "
                     "heading \"",
                     LineText(line), "\"; leave out this line: tail -n +2"));
  }
  const int64_t numbers = static_cast<int64_t>(fields.size()) - 1;
  if (size() == 0) dimension_ = numbers;
  if (numbers < 1 || numbers != dimension_) {
    return absl::InvalidArgumentError(absl::StrCat("want a word and ", size() == 0 ? "its" : absl::StrCat(dimension_),
                                                   " numbers, got ", fields.size(), " fields"));
  }
  double square = 0;
  for (int64_t i = 1; i <= numbers; ++i) {
    double value = 0;
    if (!absl::SimpleAtod(fields[i], &value) || !std::isfinite(static_cast<float>(value))) {
      return absl::InvalidArgumentError(
          absl::StrCat("want a number behind the word \"", fields[0], "\", got \"", fields[i], "\""));
    }
    vectors_.push_back(static_cast<float>(value));
    square += value * value;
  }
  const auto [place, is_new] = index_.try_emplace(fields[0], size());
  if (!is_new) inverse_norm_[std::exchange(place->second, size())] = 0;
  inverse_norm_.push_back(square > 0 && fields[0] != kUnknownWord ? 1 / std::sqrt(square) : 0);
  words_.emplace_back(fields[0]);
  return absl::OkStatus();
}

std::vector<int64_t> WordVectors::Nearest(int64_t row, int count) const {
  const float* vector = &vectors_[row * dimension_];
  std::vector<std::pair<double, int64_t>> distances;  // The cosine's negative, so that near words are first.
  for (int64_t i = 0; i < size(); ++i) {
    if (i == row || inverse_norm_[i] == 0) continue;
    distances.emplace_back(-DotProduct(vector, &vectors_[i * dimension_], dimension_) * inverse_norm_[i], i);
  }
  const auto end = distances.begin() + std::min<ptrdiff_t>(count, static_cast<ptrdiff_t>(distances.size()));
  std::partial_sort(distances.begin(), end, distances.end());
  std::vector<int64_t> rows;
  for (auto near = distances.begin(); near != end; ++near) rows.push_back(near->second);
  return rows;
}

std::vector<int64_t> WordVectors::RememberedNearest(int64_t row, int count) const {
  const std::pair<int64_t, int> question(row, count);
  {
    absl::MutexLock lock(&memory_->mutex);
    const auto found = memory_->found.find(question);
    if (found != memory_->found.end()) return found->second;
  }
  std::vector<int64_t> rows = Nearest(row, count);
  absl::MutexLock lock(&memory_->mutex);
  return memory_->found.try_emplace(question, std::move(rows)).first->second;
}

std::vector<std::string> WordVectors::Neighbours(absl::string_view word, int count) const {
  const auto found = index_.find(word);
  if (found == index_.end() || inverse_norm_[found->second] == 0) return {};
  const bool title = IsTitleCase(word);
  std::vector<std::string> neighbours;
  for (const int64_t row : RememberedNearest(found->second, count)) {
    neighbours.push_back(title ? TitleCase(words_[row]) : words_[row]);
  }
  return neighbours;
}

}  // namespace retort
