#ifndef RETORT_FRAMEWORK_AUGMENT_TITLE_CASE_H_
#define RETORT_FRAMEWORK_AUGMENT_TITLE_CASE_H_

#include <string>

#include "absl/strings/string_view.h"

// Words with a capital letter first, as Python's str.istitle and str.title have them, but that a character never
// becomes several. Pure functions, thread-safe.

namespace retort {

// Whether capitals stand where a run of cased characters begins and nowhere else, at least one: "Film", "O'Neil".
// False for what is not UTF-8.
bool IsTitleCase(absl::string_view text);

// The text in title case. What is not UTF-8 stays as it is.
std::string TitleCase(absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_TITLE_CASE_H_
