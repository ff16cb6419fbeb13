#include "framework/base/try_torch.h"

#include <new>

#include "ATen/ops/zeros.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(TryTorch, PassesResultsThrough) {
  EXPECT_EQ(TryTorch("adding", [] { return absl::StatusOr<int>(3); }).value(), 3);
  EXPECT_EQ(TryTorch("asking", [] { return absl::NotFoundError("no"); }), absl::NotFoundError("no"));
}

TEST(TryTorch, TurnsExceptionsIntoOneLine) {
  const absl::Status status = TryTorch("reshaping", [] {
    at::zeros({2, 3}).view({5});
    return absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "reshaping: shape '[5]' is invalid for input of size 6");
}

TEST(TryTorch, TellsExhaustedMemoryApart) {
  const absl::Status status = TryTorch("step 1", []() -> absl::Status { throw std::bad_alloc(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  const absl::Status huge = TryTorch("step 1", [] {
    at::zeros({int64_t{1} << 50});
    return absl::OkStatus();
  });
  EXPECT_EQ(huge.code(), absl::StatusCode::kResourceExhausted) << huge;
  EXPECT_TRUE(IsOutOfMemory(huge)) << huge;
  EXPECT_FALSE(IsOutOfMemory(absl::ResourceExhaustedError("cannot write x: No space left on device")));
}

}  // namespace
}  // namespace retort
