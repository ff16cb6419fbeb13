#ifndef RETORT_FRAMEWORK_JSON_SEALED_JSON_H_
#define RETORT_FRAMEWORK_JSON_SEALED_JSON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

// JSON objects that vouch for themselves: their last field, "check", is the XXH3 of the others as compact text. Where
// objects stand in a row, as lines of a log, the check of the one before is hashed with them, so that a missing line
// shows as well.

namespace retort {

// Adds the field. REQUIRES: an object without it.
void Seal(nlohmann::ordered_json* json, absl::string_view before = "");

// The object of a text, to be unsealed. No object for what is no JSON, or nested deeper than 32: nothing of ours is,
// and working through it could overflow the stack.
nlohmann::ordered_json ParseSealed(absl::string_view text);

// Removes the field and returns it; empty if it is not there or does not fit.
std::string Unseal(nlohmann::ordered_json* json, absl::string_view before = "");

// The object as compact text; bytes that are no UTF-8 become U+FFFD.
std::string CompactText(const nlohmann::ordered_json& json);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_JSON_SEALED_JSON_H_
