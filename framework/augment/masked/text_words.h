#ifndef RETORT_FRAMEWORK_AUGMENT_MASKED_TEXT_WORDS_H_
#define RETORT_FRAMEWORK_AUGMENT_MASKED_TEXT_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {

// A word of a text and where its pieces stand among those of the text.
struct TextWord {
  std::string text;          // As the tokenizer's normalisation leaves it.
  int64_t begin = 0;         // The first of its pieces, from 0.
  int64_t pieces = 0;        // How many there are; at least one.
  bool replaceable = false;  // Of letters a to z alone, in either case, and no stop word.
};

// A text in words and pieces.
struct WordedText {
  std::vector<TextWord> words;
  std::vector<int32_t> ids;  // Of the pieces.
};

// Errors: InvalidArgument for a text that is not UTF-8. Thread-safe.
absl::StatusOr<WordedText> ReadWords(const WordPieceTokenizer& tokenizer, absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_MASKED_TEXT_WORDS_H_
