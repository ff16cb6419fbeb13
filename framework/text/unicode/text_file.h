#ifndef RETORT_FRAMEWORK_TEXT_UNICODE_TEXT_FILE_H_
#define RETORT_FRAMEWORK_TEXT_UNICODE_TEXT_FILE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace retort {

// Whether a tokenizer's file, whose bytes are `text`, can be read as text. Errors, which begin with `path`: a byte
// order mark before it, which no other program leaves out either, with the command that takes it away; those of
// CheckPlain for a packed file; and the byte where it stops being UTF-8. Thread-safe.
absl::Status CheckTextFile(absl::string_view text, absl::string_view path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_UNICODE_TEXT_FILE_H_
