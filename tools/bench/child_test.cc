#include "tools/bench/child.h"

#include <csignal>

#include "ATen/ops/full.h"
#include "absl/status/status.h"
#include "framework/base/try_torch.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Pair;
using testing::StatusIs;

TEST(ChildTest, ItsNumbersArriveAsTheyWere) {
  const auto measured = MeasureInChild(std::nullopt, [] { return Measurement{{"a b", 0.1}, {"c", -3e200}}; });
  ASSERT_THAT(measured, IsOk());
  EXPECT_THAT(*measured, ElementsAre(Pair("a b", 0.1), Pair("c", -3e200)));
}

TEST(ChildTest, ItsErrorsArriveToo) {
  const auto measured = MeasureInChild(std::nullopt, [] { return absl::NotFoundError("no such\nfile"); });
  EXPECT_THAT(measured, StatusIs(absl::StatusCode::kNotFound, "no such\nfile"));
}

TEST(ChildTest, ASignalIsAnErrorThatNamesIt) {
  const auto measured = MeasureInChild(std::nullopt, []() -> absl::StatusOr<Measurement> {
    ::raise(SIGTERM);
    return Measurement();
  });
  EXPECT_THAT(measured, StatusIs(absl::StatusCode::kInternal, HasSubstr("ended by signal 15")));
}

TEST(ChildTest, KilledIsOutOfMemory) {
  const auto measured = MeasureInChild(std::nullopt, []() -> absl::StatusOr<Measurement> {
    ::raise(SIGKILL);
    return Measurement();
  });
  EXPECT_TRUE(IsOutOfMemory(measured.status())) << measured.status();
  EXPECT_THAT(measured, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("killed by the system")));
}

// AddressSanitizer's own memory would not fit.
#if !defined(__SANITIZE_ADDRESS__)
constexpr int64_t kMany = 1 << 28;  // 1 GiB of float32.
constexpr double kMostBytes = 256e6;

TEST(ChildTest, MoreMemoryThanThereIsIsAnErrorOfTheChildAlone) {
  const auto measured = MeasureInChild(kMostBytes, [] {
    return Measurement{{"values", static_cast<double>(at::full({kMany}, 1.F).numel())}};
  });
  EXPECT_TRUE(IsOutOfMemory(measured.status())) << measured.status();
}
#endif

}  // namespace
}  // namespace retort::bench
