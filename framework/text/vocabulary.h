#ifndef RETORT_FRAMEWORK_TEXT_VOCABULARY_H_
#define RETORT_FRAMEWORK_TEXT_VOCABULARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// The pieces of a tokenizer, numbered from 0. An id below the largest may have no piece: a hole. Immutable, so
// thread-safe.
class Vocabulary {
 public:
  // Reads vocab.txt as BERT's releases have it: a piece per line, the line's number (from 0) is its id, white space at
  // the line's end does not count. Errors: those of ReadFile, CheckTextFile and Parse.
  static absl::StatusOr<Vocabulary> Load(const std::string& path);

  // The same of the file's text. `where` begins messages. Errors: an empty text.
  static absl::StatusOr<Vocabulary> Parse(absl::string_view text, absl::string_view where);

  // Of equal pieces, the last one's id is what Id() gives.
  explicit Vocabulary(std::vector<std::string> pieces);

  // With a nullopt for every hole.
  static Vocabulary WithHoles(std::vector<std::optional<std::string>> pieces);

  // The largest id and one more.
  int size() const { return static_cast<int>(pieces_.size()); }

  // How many pieces differ.
  int distinct() const { return static_cast<int>(ids_.size()); }

  std::optional<int32_t> Id(absl::string_view piece) const;

  bool IsHole(int32_t id) const { return holes_.contains(id); }

  // 0 <= id < size(). Empty for a hole.
  const std::string& Piece(int32_t id) const;

  // Follows from the pieces and their order alone.
  uint64_t hash() const { return hash_; }

 private:
  Vocabulary(std::vector<std::string> pieces, absl::flat_hash_set<int32_t> holes);

  std::vector<std::string> pieces_;
  absl::flat_hash_set<int32_t> holes_;
  absl::flat_hash_map<std::string, int32_t> ids_;
  uint64_t hash_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_VOCABULARY_H_
