#ifndef RETORT_FRAMEWORK_TEXT_VOCABULARY_H_
#define RETORT_FRAMEWORK_TEXT_VOCABULARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// The pieces of a tokenizer, numbered from 0. Immutable, so thread-safe.
class Vocabulary {
 public:
  // Reads vocab.txt as BERT's releases have it: a piece per line, the line's
  // number (from 0) is its id, white space at the line's end does not count.
  // Errors: a missing, unreadable or empty file.
  static absl::StatusOr<Vocabulary> Load(const std::string& path);

  // Of equal pieces, the last one's id is what Id() gives.
  explicit Vocabulary(std::vector<std::string> pieces);

  int size() const { return static_cast<int>(pieces_.size()); }

  std::optional<int32_t> Id(absl::string_view piece) const;

  // 0 <= id < size().
  const std::string& Piece(int32_t id) const;

  // Follows from the pieces and their order alone.
  uint64_t hash() const { return hash_; }

 private:
  std::vector<std::string> pieces_;
  absl::flat_hash_map<std::string, int32_t> ids_;
  uint64_t hash_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_VOCABULARY_H_
