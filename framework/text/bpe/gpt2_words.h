#ifndef RETORT_FRAMEWORK_TEXT_BPE_GPT2_WORDS_H_
#define RETORT_FRAMEWORK_TEXT_BPE_GPT2_WORDS_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace retort {

// What GPT-2's word pattern tells apart. Categories are those of Unicode 16,
// as in Hugging Face's tokenizers library; unassigned code points are kOther.
enum class Gpt2Class : uint8_t { kOther, kLetter, kNumber, kSpace };

// Letters are categories L*, numbers N*, spaces White_Space. Any code point;
// thread-safe.
Gpt2Class ClassifyForGpt2(char32_t c);

// Where the word that begins at `begin` ends, by GPT-2's regular expression
// (Radford et al. 2019, released with the model):
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// Every character belongs to a word. `text` is UTF-8 and `begin` < its size is
// where a character begins. Thread-safe; time linear in the word's length.
size_t EndOfGpt2Word(absl::string_view text, size_t begin);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_GPT2_WORDS_H_
