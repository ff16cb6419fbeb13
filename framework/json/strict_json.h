#ifndef RETORT_FRAMEWORK_JSON_STRICT_JSON_H_
#define RETORT_FRAMEWORK_JSON_STRICT_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace retort {

// Parses JSON that comes from anywhere. `where` begins messages. Memory is
// bounded by the text's size, some thirty times of it for the smallest values.
// Errors: a text of more than 64 MB; what is not JSON, naming the byte; nesting
// of more than 32; an object with a name twice. Thread-safe.
absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view text, absl::string_view where);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_JSON_STRICT_JSON_H_
