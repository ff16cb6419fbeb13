#ifndef RETORT_FRAMEWORK_DATA_SQUAD_CONTEXT_PIECES_H_
#define RETORT_FRAMEWORK_DATA_SQUAD_CONTEXT_PIECES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Bytes [begin, end) of a text.
struct ByteRange {
  int64_t begin = 0, end = 0;

  bool operator==(const ByteRange& other) const { return begin == other.begin && end == other.end; }
};

// A text as pieces, each with the bytes of the text that it is a piece of. Neighbours share a range where a word, or a
// part of it, is several pieces; ranges do not overlap otherwise, and stand in the order of the text.
struct ContextPieces {
  std::vector<int32_t> ids;
  std::vector<ByteRange> ranges;  // As many as ids.
};

// Encodes a text word by word, as BERT's script for SQuAD does (Devlin et al. 2019): words are what stands between
// spaces, tabs, line ends and U+202F, and each is encoded with a space before it, so that byte-level vocabularies find
// the pieces they have for words within a text.
//
// A piece's range is the smallest run of parts of its word that has the same pieces alone, where parts are punctuation
// and ideographs one by one, and what is between them. In "died (1943), aged 86" that is "1943" of WordPiece's piece,
// and "),", not ")", of byte-level pieces that have one for both. Of words that are made otherwise than of their parts
// it is the word. Errors: those of Tokenizer::Encode. Thread-safe with a scratch of the thread's own.
absl::StatusOr<ContextPieces> EncodeContext(absl::string_view context, const Tokenizer& tokenizer,
                                            Tokenizer::Scratch* scratch);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SQUAD_CONTEXT_PIECES_H_
