#include "framework/text/bpe/byte_pair_merges.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <queue>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/text_file.h"
#include "xxhash.h"

namespace retort {
namespace {

constexpr size_t kShort = 64;

uint64_t Key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

absl::StatusOr<std::vector<BytePairMerges::Pair>> BytePairMerges::LoadText(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_RETURN_IF_ERROR(CheckTextFile(text, path));
  return ParseText(text, path);
}

absl::StatusOr<std::vector<BytePairMerges::Pair>> BytePairMerges::ParseText(absl::string_view text,
                                                                            absl::string_view where) {
  std::vector<Pair> pairs;
  int64_t number = 0;
  text = WithoutTrailingBlanks(text);
  if (text.empty()) return pairs;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (absl::StartsWith(line, "#version")) continue;
    const size_t space = line.find(' ');
    if (space == absl::string_view::npos || line.find(' ', space + 1) != absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": line ", number,
                                                     ": want two pieces parted by one space, got \"",
                                                     line.substr(0, 100), line.size() > 100 ? "..." : "", "\""));
    }
    pairs.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return pairs;
}

absl::StatusOr<BytePairMerges> BytePairMerges::Create(const std::vector<Pair>& pairs, const Vocabulary& vocabulary,
                                                      absl::string_view where) {
  BytePairMerges merges;
  merges.merges_.reserve(pairs.size());
  for (size_t rank = 0; rank < pairs.size(); ++rank) {
    const std::string& left = pairs[rank].first;
    const std::string& right = pairs[rank].second;
    const auto error = [&](absl::string_view wanted) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": merge ", rank, " (\"", left.substr(0, 100), "\", \"",
                                                     right.substr(0, 100), "\"): want ", wanted));
    };
    if (left.empty() || right.empty()) return error("two pieces that are not empty");
    const std::optional<int32_t> left_id = vocabulary.Id(left), right_id = vocabulary.Id(right);
    const std::optional<int32_t> merged_id = vocabulary.Id(absl::StrCat(left, right));
    if (!left_id.has_value() || !right_id.has_value()) return error("pieces of the vocabulary");
    if (!merged_id.has_value()) return error("the merged piece in the vocabulary");
    merges.merges_[Key(*left_id, *right_id)] = {static_cast<uint32_t>(rank), *merged_id};
    const int32_t ids[] = {*left_id, *right_id};
    merges.hash_ = XXH3_64bits_withSeed(ids, sizeof(ids), merges.hash_);
  }
  return merges;
}

BytePairMerges::Merge BytePairMerges::Find(int32_t left, int32_t right) const {
  const auto found = merges_.find(Key(left, right));
  return found == merges_.end() ? Merge() : found->second;
}

size_t BytePairMerges::Apply(absl::Span<int32_t> ids) const {
  return ids.size() <= kShort ? ApplyShort(ids) : ApplyLong(ids);
}

size_t BytePairMerges::ApplyShort(absl::Span<int32_t> ids) const {
  std::array<Merge, kShort> merges;  // of each id with the next
  size_t size = ids.size();
  for (size_t i = 0; i + 1 < size; ++i) merges[i] = Find(ids[i], ids[i + 1]);
  while (size > 1) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < size; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == kNever) break;
    ids[best] = merges[best].id;
    std::copy(ids.begin() + best + 2, ids.begin() + size, ids.begin() + best + 1);
    std::copy(merges.begin() + best + 1, merges.begin() + size - 1, merges.begin() + best);
    --size;
    if (best > 0) merges[best - 1] = Find(ids[best - 1], ids[best]);
    if (best + 1 < size) merges[best] = Find(ids[best], ids[best + 1]);
  }
  return size;
}

size_t BytePairMerges::ApplyLong(absl::Span<int32_t> ids) const {
  const auto size = static_cast<int64_t>(ids.size());
  // A list through the ids: a merged pair stays at its left one's place, and
  // the right one's place is empty from then on.
  constexpr int32_t kEmpty = -1;
  std::vector<int64_t> next(size), previous(size);
  for (int64_t i = 0; i < size; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  struct Candidate {
    uint32_t rank;
    int64_t place;
    int32_t left, right;  // what stood there; else the candidate is out of date
    int32_t id;
    bool operator>(const Candidate& other) const { return std::tie(rank, place) > std::tie(other.rank, other.place); }
  };
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto push = [&](int64_t place) {
    if (place < 0 || next[place] == size) return;
    const int32_t left = ids[place], right = ids[next[place]];
    const Merge merge = Find(left, right);
    if (merge.rank != kNever) queue.push({merge.rank, place, left, right, merge.id});
  };
  for (int64_t i = 0; i < size; ++i) push(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    const int64_t right = next[best.place];
    if (ids[best.place] != best.left || right == size || ids[right] != best.right) continue;
    ids[best.place] = best.id;
    ids[right] = kEmpty;
    next[best.place] = next[right];
    if (next[right] < size) previous[next[right]] = best.place;
    push(previous[best.place]);
    push(best.place);
  }
  return static_cast<size_t>(std::remove(ids.begin(), ids.end(), kEmpty) - ids.begin());
}

}  // namespace retort
