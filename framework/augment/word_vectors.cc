#include "framework/augment/word_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/augment/title_case.h"
#include "framework/augment/vector_lines.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

// Stands for all words that are not there: near to none.
constexpr absl::string_view kUnknownWord = "<unk>";

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

// Hands the first `words` vectors to `take`.
template <typename Take>
absl::Status ReadVectors(const std::string& path, int64_t words, const Take& take) {
  CHECK_GT(words, 0);
  RETORT_ASSIGN_OR_RETURN(VectorLines lines, VectorLines::Open(path));
  WordVector vector;
  for (int64_t read = 0; read < words; ++read) {
    RETORT_ASSIGN_OR_RETURN(const bool more, lines.Next(&vector));
    if (!more && read > 0) break;
    if (!more) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": want words and their vectors, got an empty file; take one in GloVe's text format"));
    }
    take(vector);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WordVectors> WordVectors::Read(const std::string& path, int64_t words) {
  WordVectors vectors;
  RETORT_RETURN_IF_ERROR(ReadVectors(path, words, [&](const WordVector& vector) { vectors.Add(vector); }));
  return vectors;
}

absl::Status WordVectors::Check(const std::string& path, int64_t words) {
  return ReadVectors(path, words, [](const WordVector&) {});
}

void WordVectors::Add(const WordVector& vector) {
  dimension_ = static_cast<int64_t>(vector.numbers.size());
  double square = 0;
  for (const double value : vector.numbers) {
    vectors_.push_back(static_cast<float>(value));
    square += value * value;
  }
  const auto [place, is_new] = index_.try_emplace(vector.word, size());
  if (!is_new) inverse_norm_[std::exchange(place->second, size())] = 0;
  inverse_norm_.push_back(square > 0 && vector.word != kUnknownWord ? 1 / std::sqrt(square) : 0);
  words_.push_back(vector.word);
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
