#ifndef RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_
#define RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "framework/text/unicode/neighbours.h"

namespace retort {

// A piece that is found in a text before its words are: "[MASK]", "<|endoftext|>". Hugging Face's "added token".
struct AddedPiece {
  std::string text;  // not empty
  int32_t id;
  bool special = true;       // left out by a decoding without special pieces
  bool strip_left = false;   // takes the white space before it along
  bool strip_right = false;  // and that behind it
  bool single_word = false;  // not found where a word's characters stand beside it
  bool normalized = false;   // as the text is once it is normalised, and not as it is written
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
    const AddedPiece* piece;
  };

  explicit AddedPieces(std::vector<AddedPiece> pieces);

  // The first place at or after `from` where a piece's text stands.
  std::optional<Match> Find(absl::string_view text, size_t from) const;

  const std::vector<AddedPiece>& pieces() const { return pieces_; }

 private:
  std::vector<AddedPiece> pieces_;
  absl::flat_hash_map<std::string, size_t> index_;     // in pieces_
  std::array<std::vector<size_t>, 256> lengths_from_;  // by first byte, descending
  std::string first_bytes_;
};

// Calls ordinary(begin, end) for the stretches of text without added pieces, and added(id) for those, in the text's
// order; the last call is an ordinary() of what is left, if only of nothing. A piece that has to be a single word and
// is none is ordinary text, and so are shorter pieces within it. `ordinary` returns a Status; the first that is not OK
// ends the walk and is returned.
template <typename Ordinary, typename Added>
auto WalkAddedPieces(const AddedPieces& pieces, absl::string_view text, const Ordinary& ordinary, const Added& added) {
  size_t done = 0;
  std::optional<AddedPieces::Match> match = pieces.Find(text, 0);
  for (; match.has_value(); match = pieces.Find(text, match->end)) {
    const AddedPiece& piece = *match->piece;
    if (piece.single_word && (WordCharacterBefore(text, match->begin) || WordCharacterBehind(text, match->end))) {
      continue;
    }
    // What the piece before took along is gone.
    const size_t begin = piece.strip_left ? std::max(BeginOfWhiteSpace(text, 0, match->begin), done) : match->begin;
    if (begin > done) {
      auto status = ordinary(done, begin);
      if (!status.ok()) return status;
    }
    added(piece.id);
    done = piece.strip_right ? EndOfWhiteSpace(text, match->end) : match->end;
  }
  return ordinary(done, text.size());
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_ADDED_PIECES_H_
