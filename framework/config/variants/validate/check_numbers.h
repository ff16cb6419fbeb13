#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_NUMBERS_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_NUMBERS_H_

#include <string>

#include "framework/base/problems.h"
#include "google/protobuf/message.h"

namespace retort {

// Adds each number of the message that is NaN, infinite, or infinite once it is a float32, at any depth and inside of
// plugins' configurations too, so that no plugin has to check its own. `place` is the message's, with ": " behind it,
// or empty.
void CheckNumbers(const std::string& place, const google::protobuf::Message& message, Problems* problems);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_NUMBERS_H_
