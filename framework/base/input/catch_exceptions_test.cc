#include "framework/base/input/catch_exceptions.h"

#include <stdexcept>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(CatchExceptions, ExceptionsBecomeErrors) {
  EXPECT_EQ(CatchExceptions("reading x", []() -> absl::StatusOr<int> { throw std::bad_alloc(); }).status(),
            absl::ResourceExhaustedError("reading x: there is not enough memory"));
  EXPECT_EQ(CatchExceptions("reading x", []() -> absl::Status { throw std::length_error("too long"); }),
            absl::InternalError("reading x: too long"));
}

TEST(CatchExceptions, ResultsPass) {
  EXPECT_EQ(*CatchExceptions("x", [] { return absl::StatusOr<int>(7); }), 7);
  EXPECT_EQ(CatchExceptions("x", [] { return absl::NotFoundError("y"); }), absl::NotFoundError("y"));
}

}  // namespace
}  // namespace retort
