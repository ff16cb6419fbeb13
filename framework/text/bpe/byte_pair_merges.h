#ifndef RETORT_FRAMEWORK_TEXT_BPE_BYTE_PAIR_MERGES_H_
#define RETORT_FRAMEWORK_TEXT_BPE_BYTE_PAIR_MERGES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/text/vocabulary.h"

namespace retort {

// The merges of a byte-pair encoding (Sennrich et al. 2016), by rank: of all
// neighbours in a word the pair of the lowest rank becomes one piece, the
// leftmost where there are several, until no pair is left. Immutable,
// thread-safe.
class BytePairMerges {
 public:
  using Pair = std::pair<std::string, std::string>;

  // Reads merges.txt. Errors: those of ReadFile, CheckTextFile and ParseText.
  static absl::StatusOr<std::vector<Pair>> LoadText(const std::string& path);

  // The same of the file's text: a pair per line, parted by one space, in order
  // of rank; lines that begin with "#version" and blank lines at the end are
  // not pairs. `where` begins messages. Errors: a line of other than two
  // pieces, naming it.
  static absl::StatusOr<std::vector<Pair>> ParseText(absl::string_view text, absl::string_view where);

  // Of equal pairs the last one counts. `where` begins messages. Errors,
  // naming the pair: an empty piece (a merge with it would never end), and a
  // piece, or what the two become, that the vocabulary lacks.
  static absl::StatusOr<BytePairMerges> Create(const std::vector<Pair>& pairs, const Vocabulary& vocabulary,
                                               absl::string_view where);

  // Merges until no pair is left; `ids` are those of a word's bytes. What they
  // become stands at their beginning; returned is how many that are. Time: n^2
  // for short words, n log n for others.
  size_t Apply(absl::Span<int32_t> ids) const;

  // Follows from the merges and their order.
  uint64_t hash() const { return hash_; }

 private:
  struct Merge {
    uint32_t rank = kNever;
    int32_t id = 0;
  };
  static constexpr uint32_t kNever = ~uint32_t{0};

  Merge Find(int32_t left, int32_t right) const;
  size_t ApplyShort(absl::Span<int32_t> ids) const;
  size_t ApplyLong(absl::Span<int32_t> ids) const;

  absl::flat_hash_map<uint64_t, Merge> merges_;  // by Key(left, right)
  uint64_t hash_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_BYTE_PAIR_MERGES_H_
