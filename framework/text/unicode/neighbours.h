#ifndef RETORT_FRAMEWORK_TEXT_UNICODE_NEIGHBOURS_H_
#define RETORT_FRAMEWORK_TEXT_UNICODE_NEIGHBOURS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

// What stands before and behind a place in a text of any bytes; bytes that are not UTF-8 are neither white space nor
// word characters. Pure functions, thread-safe.

namespace retort {

// Where the white space that ends at `end` begins, not before `from`.
size_t BeginOfWhiteSpace(absl::string_view text, size_t from, size_t end);

// Where the white space that begins at `begin` ends.
size_t EndOfWhiteSpace(absl::string_view text, size_t begin);

// Whether the character that ends, or begins, at `place` is one of a word (IsWordCharacter).
bool WordCharacterBefore(absl::string_view text, size_t place);
bool WordCharacterBehind(absl::string_view text, size_t place);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_UNICODE_NEIGHBOURS_H_
