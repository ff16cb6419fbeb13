#include "framework/eval/scores/correlation.h"

#include <cmath>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(PearsonCorrelation, HandWorked) {
  // Around the means -1 0 1 and -2 1 1: Σxy = 3, Σxx = 2, Σyy = 6.
  EXPECT_DOUBLE_EQ(PearsonCorrelation({1, 2, 3}, {1, 4, 4}), 3 / std::sqrt(12.0));
  EXPECT_DOUBLE_EQ(PearsonCorrelation({1, 2, 3}, {6, 4, 2}), -1);
}

TEST(SpearmanCorrelation, HandWorked) {
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {10, 200, 3000}), 1);
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {3, 2, 1}), -1);
  // Without ties, 1 - 6 Σ d² / (n (n² - 1)): ranks 1 2 3 4 5 against 2 1 4 3 5, Σ d² = 4.
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3, 4, 5}, {0.2, 0.1, 0.4, 0.3, 0.5}), 1 - 24.0 / 120);
  // Ties: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({0, 7, 7, 9}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5));
}

TEST(Correlations, AreNaNWhereThereIsNone) {
  for (const auto correlation : {PearsonCorrelation, SpearmanCorrelation}) {
    EXPECT_TRUE(std::isnan(correlation({1, 1, 1}, {1, 2, 3})));
    EXPECT_TRUE(std::isnan(correlation({1, kNaN, 3}, {1, 2, 3})));
    EXPECT_TRUE(std::isnan(correlation({}, {})));
    // The mean of three 0.1 is not 0.1.
    EXPECT_TRUE(std::isnan(correlation({1, 2, 3}, {0.1, 0.1, 0.1})));
  }
}

// Half-integer scores with many ties, and an x far from all others.
struct Examples {
  std::vector<double> x, y;
};

Examples RandomExamples() {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<int> score(0, 10);
  std::normal_distribution<double> noise;
  Examples examples;
  for (int e = 0; e < 200; ++e) {
    examples.y.push_back(0.5 * score(random));
    examples.x.push_back(e % 5 == 0 ? examples.y.back() : examples.y.back() + noise(random));
  }
  examples.x[17] = 1e7;
  return examples;
}

std::vector<double> Without(std::vector<double> values, size_t e) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(e));
  return values;
}

TEST(CorrelationsWithoutEach, AreThoseOfTheOthers) {
  const Examples examples = RandomExamples();
  const std::vector<double> pearson = PearsonWithoutEach(examples.x, examples.y);
  const std::vector<double> spearman = SpearmanWithoutEach(examples.x, examples.y);
  ASSERT_EQ(pearson.size(), examples.x.size());
  ASSERT_EQ(spearman.size(), examples.x.size());
  for (size_t e = 0; e < examples.x.size(); ++e) {
    const std::vector<double> x = Without(examples.x, e), y = Without(examples.y, e);
    EXPECT_NEAR(pearson[e], PearsonCorrelation(x, y), 1e-11) << e;
    EXPECT_EQ(spearman[e], SpearmanCorrelation(x, y)) << e;
  }
}

TEST(CorrelationsWithoutEach, AreNaNWhereTheOthersAreAllEqual) {
  for (const auto without_each : {PearsonWithoutEach, SpearmanWithoutEach}) {
    const std::vector<double> values = without_each({0.1, 0.1, 0.1, 0.7}, {1, 2, 3, 4});
    EXPECT_FALSE(std::isnan(values[0]));
    EXPECT_TRUE(std::isnan(values[3]));
    for (const double value : without_each({1, kNaN, 3}, {1, 2, 3})) EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace retort
