#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "framework/report/statistics/statistics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Rows = std::vector<std::vector<double>>;

// Seeds' differences around `mean`, with effects of seeds and of examples.
Rows Draw(int seeds, int examples, double mean, std::mt19937_64* random) {
  std::normal_distribution<double> normal;
  std::vector<double> of_example(examples);
  for (double& effect : of_example) effect = normal(*random);
  Rows rows(seeds, std::vector<double>(examples, mean));
  for (std::vector<double>& row : rows) {
    const double of_seed = 0.2 * normal(*random);
    for (int e = 0; e < examples; ++e) row[e] += of_seed + of_example[e] + 0.3 * normal(*random);
  }
  return rows;
}

TEST(PValue, HandWorked) {
  // One seed of (1, 2, 3): t = 2 / (1 / √3) = 2√3 with 2 degrees of freedom, for which
  // P(|t| > x) = 1 − x / √(2 + x²) = 1 − 2√3 / √14.
  EXPECT_NEAR(PValue(*EstimateDifference({{1, 2, 3}})), 1 - 2 * std::sqrt(3.0) / std::sqrt(14.0), 1e-12);
  // Three seeds of one example each: the same numbers, over seeds.
  EXPECT_NEAR(PValue(*EstimateDifference({{1}, {2}, {3}})), 1 - 2 * std::sqrt(3.0) / std::sqrt(14.0), 1e-12);
}

TEST(PValue, EndsOfTheScale) {
  EXPECT_EQ(PValue(*EstimateDifference({{-1, 0, 1}})), 1);
  EXPECT_EQ(PValue(*EstimateDifference({{0, 0}, {0, 0}})), 1) << "identical runs";
  EXPECT_EQ(PValue(*EstimateDifference({{1, 1}, {1, 1}})), 1e-15) << "no spread at all";
}

// The interval of confidence 1 − p has 0 as an end.
TEST(PValue, BelongsToTheInterval) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform;
  for (int i = 0; i < 200; ++i) {
    const Rows rows = Draw(1 + i % 5, 2 + i % 7, 2 * uniform(random), &random);
    const PairedDifference difference = *EstimateDifference(rows);
    const double p = PValue(difference);
    EXPECT_EQ(p < 0.05, difference.verdict() != Verdict::kUndetermined);
    const PairedDifference at_p = *EstimateDifference(rows, 1 - p);
    EXPECT_NEAR(std::min(std::abs(*at_p.low), std::abs(*at_p.high)), 0, 1e-7) << p;
  }
}

TEST(PValue, PartsOfTheQuantile) {
  EXPECT_THAT(EstimateDifference({{0.5}})->quantile, IsEmpty());
  // R = 3: half Cochran's, weighted 1/3 to 4/3, half Satterthwaite's.
  const PairedDifference difference = *EstimateDifference({{0, 2, 4}, {1, 3, 5}, {2, 4, 6}});
  ASSERT_EQ(difference.quantile.size(), 3u);
  double sum = 0;
  for (const StudentPart& part : difference.quantile) sum += part.weight;
  EXPECT_DOUBLE_EQ(sum, 1);
  EXPECT_DOUBLE_EQ(difference.quantile[2].weight, 0.5);
  EXPECT_DOUBLE_EQ(difference.quantile[2].degrees_of_freedom, difference.degrees_of_freedom);
}

TEST(EquivalencePValue, HandWorked) {
  // Mean 2, standard error 1 / √3, 2 degrees of freedom. Of the margin 3 the nearer end is 1 away: half of
  // P(|t| > √3) = 1 − √3 / √5.
  const PairedDifference difference = *EstimateDifference({{1, 2, 3}});
  const double half = (1 - std::sqrt(3.0) / std::sqrt(5.0)) / 2;
  EXPECT_NEAR(EquivalencePValue(difference, 3), half, 1e-12);
  EXPECT_NEAR(EquivalencePValue(difference, 1), 1 - half, 1e-12);
  EXPECT_DOUBLE_EQ(EquivalencePValue(difference, 2), 0.5);
}

// The interval of confidence 1 − 2p touches the margin.
TEST(EquivalencePValue, BelongsToTheInterval) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 100; ++i) {
    const Rows rows = Draw(1 + i % 4, 5, 0.1, &random);
    const PairedDifference difference = *EstimateDifference(rows);
    const double margin = 1.1 * std::abs(difference.estimate) + 0.2, p = EquivalencePValue(difference, margin);
    const PairedDifference at_p = *EstimateDifference(rows, 1 - 2 * p);
    EXPECT_NEAR(std::max(-*at_p.low, *at_p.high), margin, 1e-7) << p;
  }
}

TEST(HolmAdjusted, HandWorked) {
  // Sorted 0.005, 0.01, 0.03, 0.04, times 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04, of which the last may not be smaller than
  // the one before.
  EXPECT_THAT(HolmAdjusted({0.01, 0.04, 0.03, 0.005}),
              ElementsAre(DoubleEq(0.03), DoubleEq(0.06), DoubleEq(0.06), DoubleEq(0.02)));
  EXPECT_THAT(HolmAdjusted({0.6, 0.7}), ElementsAre(1, 1));
  EXPECT_THAT(HolmAdjusted({0.2}), ElementsAre(0.2));
  EXPECT_THAT(HolmAdjusted({}), IsEmpty());
}

// Four contrasts without an effect, all against the same base: one false verdict or more in about 5 % of sweeps. They
// share the base's noise, for which Holm's correction holds back a little.
TEST(HolmAdjusted, HoldsTheFamilyWiseError) {
  std::mt19937_64 random(8);
  const int replications = 1000, seeds = 5, examples = 20;
  int any = 0;
  for (int i = 0; i < replications; ++i) {
    const Rows base = Draw(seeds, examples, 0, &random);
    std::vector<double> p_values;
    for (int contrast = 0; contrast < 4; ++contrast) {
      Rows rows = Draw(seeds, examples, 0, &random);
      for (int r = 0; r < seeds; ++r) {
        for (int e = 0; e < examples; ++e) rows[r][e] -= base[r][e];
      }
      p_values.push_back(PValue(*EstimateDifference(rows)));
    }
    const std::vector<double> adjusted = HolmAdjusted(p_values);
    any += *std::min_element(adjusted.begin(), adjusted.end()) < 0.05;
  }
  const double error = any / static_cast<double>(replications);
  RecordProperty("family_wise_error", std::to_string(error));
  EXPECT_GE(error, 0.02);
  EXPECT_LE(error, 0.065);
}

}  // namespace
}  // namespace retort
