#ifndef RETORT_FRAMEWORK_TESTING_MATCHERS_H_
#define RETORT_FRAMEWORK_TESTING_MATCHERS_H_

#include <sstream>
#include <string>

#include "ATen/core/Tensor.h"
#include "ATen/ops/allclose.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace retort::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// A Status or StatusOr that is OK.
MATCHER(IsOk, negation ? "is an error" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// A Status or StatusOr with this code whose message matches: StatusIs(absl::StatusCode::kNotFound, HasSubstr("x")).
MATCHER_P2(StatusIs, code, message,
           "has code " + absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message, negation)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code && ::testing::Matches(message)(std::string(status.message()));
}

// The error of everything a user gets wrong, with a message that contains `substring`.
inline auto IsInvalidArgument(const std::string& substring) {
  return StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr(substring));
}

// A tensor of the same shape with |got - expected| <= tolerance · (1 + |expected|), compared in float64.
MATCHER_P2(IsCloseTo, expected, tolerance, "is close to the expected tensor") {
  if (result_listener->IsInterested()) {
    std::ostringstream text;
    text << "\n" << arg << "\nexpected\n" << expected;
    *result_listener << text.str();
  }
  return arg.sizes() == expected.sizes() &&
         at::allclose(arg.to(at::kDouble), expected.to(at::kDouble), tolerance, tolerance);
}

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_MATCHERS_H_
