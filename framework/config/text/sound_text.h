#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_SOUND_TEXT_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_SOUND_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// What protobuf's text parser takes for granted, and aborts or overflows the stack where it is not so.

namespace retort {

// Braces and brackets that may be open at once.
inline constexpr int kDeepestText = 64;

// The text with "\n" between its lines, without a byte order mark. Errors: InvalidArgument, as
// "<filename>:<line>:<column>: want ..., got ...", for bytes that are not UTF-8 and for text nested deeper than
// kDeepestText; those of CheckPlain, with the filename, for a packed file.
absl::StatusOr<std::string> SoundText(absl::string_view text, absl::string_view filename);

// Whether all strings of a parsed message are UTF-8: escapes ("\xff") can make others. InvalidArgument that names the
// field, whose path begins with `path`.
absl::Status CheckStrings(const google::protobuf::Message& message, const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_SOUND_TEXT_H_
