#include "framework/base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace retort {
namespace {

absl::Status Check(int value, int* evaluations) {
  ++*evaluations;
  return value < 0 ? absl::InvalidArgumentError("negative") : absl::OkStatus();
}

absl::Status CheckBoth(int first, int second, int* evaluations) {
  RETORT_RETURN_IF_ERROR(Check(first, evaluations));
  RETORT_RETURN_IF_ERROR(Check(second, evaluations));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<int>> Positive(int value) {
  if (value <= 0) return absl::OutOfRangeError("not positive");
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int first, int second) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<int> a, Positive(first));
  std::unique_ptr<int> b;
  RETORT_ASSIGN_OR_RETURN(b, Positive(second));
  return *a + *b;
}

TEST(ReturnIfErrorTest, GoesOnWhenOk) {
  int evaluations = 0;
  EXPECT_TRUE(CheckBoth(1, 2, &evaluations).ok());
  EXPECT_EQ(evaluations, 2);
}

TEST(ReturnIfErrorTest, ReturnsTheFirstErrorAndEvaluatesOnce) {
  int evaluations = 0;
  EXPECT_EQ(CheckBoth(-1, 2, &evaluations), absl::InvalidArgumentError("negative"));
  EXPECT_EQ(evaluations, 1);
}

TEST(AssignOrReturnTest, MovesValuesIntoDeclarationsAndVariables) {
  absl::StatusOr<int> sum = Sum(2, 3);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(*sum, 5);
}

TEST(AssignOrReturnTest, ReturnsTheErrorAcrossTypes) {
  EXPECT_EQ(Sum(0, 3).status(), absl::OutOfRangeError("not positive"));
  EXPECT_EQ(Sum(2, -3).status(), absl::OutOfRangeError("not positive"));
}

}  // namespace
}  // namespace retort
