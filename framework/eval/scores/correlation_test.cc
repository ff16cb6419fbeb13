#include "framework/eval/scores/correlation.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(SpearmanCorrelation, HandWorked) {
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {10, 200, 3000}), 1);
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {3, 2, 1}), -1);
  // Without ties, 1 - 6 Σ d² / (n (n² - 1)): ranks 1 2 3 4 5 against 2 1 4 3 5, Σ d² = 4.
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3, 4, 5}, {0.2, 0.1, 0.4, 0.3, 0.5}), 1 - 24.0 / 120);
  // Ties: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({0, 7, 7, 9}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5));
}

TEST(SpearmanCorrelation, IsNaNWhereThereIsNone) {
  EXPECT_TRUE(std::isnan(SpearmanCorrelation({1, 1, 1}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(SpearmanCorrelation({1, std::numeric_limits<double>::quiet_NaN(), 3}, {1, 2, 3})));
}

}  // namespace
}  // namespace retort
