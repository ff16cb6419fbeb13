#include "framework/ops/convert_row/convert_row.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace retort::ops {
namespace {

// All numbers of bfloat16 there are.
TEST(ConvertRow, WidensEveryNumberExactly) {
  std::vector<c10::BFloat16> from;
  for (int bits = 0; bits < 1 << 16; ++bits) from.emplace_back(static_cast<uint16_t>(bits), c10::BFloat16::from_bits());
  std::vector<float> to(from.size());
  ConvertRow(from.data(), static_cast<int64_t>(from.size()), to.data());
  for (size_t i = 0; i < from.size(); ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, &to[i], sizeof(bits));
    ASSERT_EQ(bits, static_cast<uint32_t>(i) << 16);
  }
}

// 1 + 2^-8 lies between 1 and 1 + 2^-7, and goes to the even one, as 1 + 3 · 2^-8 does: to 1 + 2^-6.
TEST(ConvertRow, RoundsToNearestTiesToEven) {
  const std::vector<float> from = {1.00390625f, 1.01171875f, 1.004f, -1.00390625f, 3.4e38f};
  std::vector<c10::BFloat16> to(from.size());
  ConvertRow(from.data(), static_cast<int64_t>(from.size()), to.data());
  const std::vector<float> wanted = {1.0f, 1.015625f, 1.0078125f, -1.0f, std::numeric_limits<float>::infinity()};
  for (size_t i = 0; i < from.size(); ++i) EXPECT_EQ(static_cast<float>(to[i]), wanted[i]) << from[i];
}

// A row of each length up to 70, of which most end within a vector.
TEST(ConvertRow, KeepsNanAtEveryPlaceOfARow) {
  for (int64_t n = 1; n <= 70; ++n) {
    for (int64_t place = 0; place < n; ++place) {
      std::vector<float> from(n, 2.0f);
      from[place] = std::numeric_limits<float>::quiet_NaN();
      std::vector<c10::BFloat16> to(n + 1, 7.0f);
      ConvertRow(from.data(), n, to.data());
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(std::isnan(static_cast<float>(to[i])), i == place);
      ASSERT_EQ(static_cast<float>(to[n]), 7.0f);
    }
  }
}

TEST(ConvertRow, ConvertsOtherTypes) {
  const std::vector<double> from = {0.1, -2.5};
  std::vector<float> to(2);
  ConvertRow(from.data(), 2, to.data());
  EXPECT_EQ(to[0], 0.1f);
  EXPECT_EQ(to[1], -2.5f);
}

}  // namespace
}  // namespace retort::ops
