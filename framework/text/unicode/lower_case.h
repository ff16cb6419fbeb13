#ifndef RETORT_FRAMEWORK_TEXT_UNICODE_LOWER_CASE_H_
#define RETORT_FRAMEWORK_TEXT_UNICODE_LOWER_CASE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace retort {

// The text in lower case of no language, as Python's str.lower has it: a sigma at a word's end becomes a final one.
// What is not UTF-8 stays as it is. Thread-safe.
std::string LowerCase(absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_UNICODE_LOWER_CASE_H_
