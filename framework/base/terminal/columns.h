#ifndef RETORT_FRAMEWORK_BASE_TERMINAL_COLUMNS_H_
#define RETORT_FRAMEWORK_BASE_TERMINAL_COLUMNS_H_

#include <string>

#include "absl/strings/string_view.h"

// Text by the columns that it takes where every character is as wide as the others. Pure functions.

namespace retort {

// Columns that a UTF-8 string takes on a terminal: code points less combining marks; no wide characters are expected.
int DisplayWidth(absl::string_view utf8);

// Pads with blanks to `width` columns, on the left (numbers) or on the right.
std::string PadLeft(absl::string_view utf8, int width);
std::string PadRight(absl::string_view utf8, int width);

// Cuts to at most `width` columns, with "…" as the last one if something was cut.
std::string Truncate(absl::string_view utf8, int width);

// Breaks a line at blanks where it would be wider than `width`; all lines but the first start with `indent`. A word
// that is wider than that stays whole, as do blanks within a line.
std::string Wrap(absl::string_view line, int width, absl::string_view indent);

// Wraps each line of a text by itself; what is broken goes on four columns behind the line's own indentation.
std::string WrapLines(absl::string_view text, int width);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_TERMINAL_COLUMNS_H_
