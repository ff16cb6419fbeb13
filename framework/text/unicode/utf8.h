#ifndef RETORT_FRAMEWORK_TEXT_UNICODE_UTF8_H_
#define RETORT_FRAMEWORK_TEXT_UNICODE_UTF8_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace retort {

// Where `text` stops being UTF-8: the first byte that does not begin a whole,
// shortest-form code point other than a surrogate. Thread-safe.
std::optional<size_t> FindInvalidUtf8(absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_UNICODE_UTF8_H_
