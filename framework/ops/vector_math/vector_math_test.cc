#include "framework/ops/vector_math/vector_math.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace retort::ops {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Exp, IsWithinTwoUnitsInTheLastPlace) {
  for (int i = -87'300; i <= 88'000; ++i) {
    const float x = static_cast<float>(i) / 1000;
    const double wanted = std::exp(static_cast<double>(x));
    const float nearest = static_cast<float>(wanted);
    const double unit = std::nextafter(nearest, kInfinity) - static_cast<double>(nearest);
    ASSERT_LE(std::abs(Exp(x) - wanted), 2 * unit) << x;
  }
  EXPECT_EQ(Exp(0.0f), 1.0f);
}

TEST(Exp, IsDefinedEverywhere) {
  EXPECT_EQ(Exp(-87.4f), 0.0f);
  EXPECT_EQ(Exp(-1e30f), 0.0f);
  EXPECT_EQ(Exp(-kInfinity), 0.0f);
  EXPECT_GT(Exp(89.0f), 1e38f);
  EXPECT_EQ(Exp(1e30f), kInfinity);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Exp(kNan)));
  EXPECT_TRUE(std::isnan(Exp(-kNan)));
}

// Lengths around the number of lanes, the largest at every place.
TEST(Max, FindsTheLargestAndPassesOverNan) {
  for (int n : {1, 2, 31, 32, 33, 64, 70}) {
    for (int at = 0; at < n; ++at) {
      std::vector<float> values(n, -2);
      values[at] = -1;
      EXPECT_EQ(Max(values.data(), n), -1) << n << " " << at;
      if (at == 0) continue;
      values[at] = kNan;
      EXPECT_EQ(Max(values.data(), n), -2) << n << " " << at;
    }
  }
}

// 1 + 2 + ... + n is exact.
TEST(Sum, AddsEveryTermOnce) {
  for (int n : {0, 1, 31, 32, 33, 64, 70}) {
    EXPECT_EQ(Sum<float>(n, [](int64_t i) { return static_cast<float>(i + 1); }), n * (n + 1) / 2) << n;
  }
}

}  // namespace
}  // namespace retort::ops
