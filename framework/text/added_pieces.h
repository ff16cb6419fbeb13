#ifndef RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_
#define RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace retort {

// A piece that is found in a text as it is written, before any other step:
// "[MASK]", "<|endoftext|>". Hugging Face's "added token".
struct AddedPiece {
  std::string text;  // not empty
  int32_t id;
  bool special = true;       // left out by a decoding without special pieces
  bool strip_left = false;   // takes the white space before it along
  bool strip_right = false;  // and that behind it
  bool in_model = true;      // words that are not added pieces may use it too
};

// All that ids depend on, as text: a part of tokenizers' fingerprints.
std::string AddedPieceText(const AddedPiece& piece);

// Finds added pieces in texts: the leftmost one, of several there the longest.
// Immutable, thread-safe.
class AddedPieces {
 public:
  struct Match {
    size_t begin;
    size_t end;
    int32_t id;
  };

  explicit AddedPieces(std::vector<AddedPiece> pieces);

  // The first match at or after `from`; what it strips does not reach before
  // `from`.
  std::optional<Match> Find(absl::string_view text, size_t from) const;

  const std::vector<AddedPiece>& pieces() const { return pieces_; }

 private:
  std::vector<AddedPiece> pieces_;
  absl::flat_hash_map<std::string, size_t> index_;     // in pieces_
  std::array<std::vector<size_t>, 256> lengths_from_;  // by first byte, descending
  std::string first_bytes_;
};

// Calls ordinary(begin, end) for the stretches of text without added pieces,
// and added(id) for those, in the text's order. `ordinary` returns a Status;
// the first that is not OK ends the walk and is returned.
template <typename Ordinary, typename Added>
auto WalkAddedPieces(const AddedPieces& pieces, absl::string_view text, const Ordinary& ordinary, const Added& added) {
  size_t begin = 0;
  while (const std::optional<AddedPieces::Match> match = pieces.Find(text, begin)) {
    if (match->begin > begin) {
      auto status = ordinary(begin, match->begin);
      if (!status.ok()) return status;
    }
    added(match->id);
    begin = match->end;
  }
  return ordinary(begin, text.size());
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_
