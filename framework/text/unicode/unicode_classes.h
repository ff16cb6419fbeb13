#ifndef RETORT_FRAMEWORK_TEXT_UNICODE_UNICODE_CLASSES_H_
#define RETORT_FRAMEWORK_TEXT_UNICODE_UNICODE_CLASSES_H_

#include <cstdint>

namespace retort {

// Classes of characters as Hugging Face's tokenizers library sees them, for
// every code point but the surrogates. Its general categories are those of
// Unicode 8.0: a character assigned later has none, so it is neither
// punctuation nor a mark nor a control character. Pure functions, thread-safe.

// Unicode's White_Space, at which words are parted.
bool IsWhiteSpace(char32_t c);

// What BERT's clean-up turns into a space: tab, newline, carriage return, and
// white space that IsRemoved does not claim first.
bool IsSpace(char32_t c);

// What BERT's clean-up drops: NUL, U+FFFD, and controls, formats and private
// use (categories Cc, Cf, Co) other than tab, newline and carriage return.
bool IsRemoved(char32_t c);

// Parted from its neighbours: ASCII's symbols, such as $ and ^, and all of the
// categories P*.
bool IsPunctuation(char32_t c);

// Category Mn: what "strip accents" drops after decomposition.
bool IsNonSpacingMark(char32_t c);

// Category M*: what the StripAccents step drops.
bool IsMark(char32_t c);

// \w of a regular expression: letters, marks, digits, connectors such as "_".
bool IsWordCharacter(char32_t c);

// CJK ideographs, which become words of one character each. The blocks are
// BERT's, with extension E from U+2B920 instead of U+2B820, as in the library.
bool IsCjkIdeograph(char32_t c);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_UNICODE_UNICODE_CLASSES_H_
