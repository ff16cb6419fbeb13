#include "framework/report/statistics/statistics.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>

#include "framework/eval/scores/jackknife.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RatioOfSums, DividesTotalsNotMeans) {
  // Sequence 1 has 3 masked tokens, sequence 2 has 1: (6 + 4) / (3 + 1), not (2 + 4) / 2.
  EXPECT_DOUBLE_EQ(*RatioOfSums({{6, 4}, {3, 1}}), 2.5);
}

TEST(RatioOfSums, NamesWhatIsWrong) {
  EXPECT_THAT(std::string(RatioOfSums({{1, 2}, {1}}).status().message()), HasSubstr("got 2 sums and 1 counts"));
  EXPECT_THAT(std::string(RatioOfSums({{1, 2}, {0, 0}}).status().message()), HasSubstr("want a total > 0, got 0"));
  EXPECT_FALSE(RatioOfSums({}).ok());
}

TEST(LinearisedValues, HandWorked) {
  // m = 2.5, mean count 2: 2.5 + (6 − 7.5) / 2 = 1.75 and 2.5 + (4 − 2.5) / 2 = 3.25.
  EXPECT_THAT(*LinearisedValues({{6, 4}, {3, 1}}), ElementsAre(1.75, 3.25));
}

TEST(LinearisedValues, EqualCountsGiveTheExamplesOwnMeans) {
  EXPECT_THAT(*LinearisedValues({{2, 8}, {2, 2}}), ElementsAre(1, 4));
}

TEST(LinearisedValues, IsTheDerivativeOfTheRatio) {
  ExampleScores scores{{6, 4, 1.5}, {3, 1, 2}};
  const double ratio = *RatioOfSums(scores);
  const std::vector<double> values = *LinearisedValues(scores);
  for (size_t e = 0; e < 3; ++e) {
    ExampleScores heavier = scores;  // Weight 1 + ε on example e.
    const double epsilon = 1e-6;
    heavier.sum[e] *= 1 + epsilon;
    heavier.count[e] *= 1 + epsilon;
    EXPECT_NEAR((*RatioOfSums(heavier) - ratio) / epsilon * 3, values[e] - ratio, 1e-5);
  }
}

double Pearson(const std::vector<double>& x, const std::vector<double>& y, absl::Span<const size_t> examples) {
  const double n = static_cast<double>(examples.size());
  double mean_x = 0, mean_y = 0;
  for (const size_t e : examples) mean_x += x[e] / n, mean_y += y[e] / n;
  double xx = 0, yy = 0, xy = 0;
  for (const size_t e : examples) {
    xx += (x[e] - mean_x) * (x[e] - mean_x);
    yy += (y[e] - mean_y) * (y[e] - mean_y);
    xy += (x[e] - mean_x) * (y[e] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

TEST(JackknifeValues, StandardErrorOfACorrelation) {
  // For normal data the standard error of r is (1 − ρ²) / √n: 0.75 / √400 = 0.0375 at ρ = 0.5.
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  std::vector<double> x, y;
  for (int e = 0; e < 400; ++e) {
    x.push_back(normal(random));
    y.push_back(0.5 * x.back() + std::sqrt(0.75) * normal(random));
  }
  const std::vector<double> values =
      JackknifeValues(400, [&](absl::Span<const size_t> examples) { return Pearson(x, y, examples); });
  const PairedDifference against_zero = *EstimateDifference({values});
  std::vector<size_t> everything(400);
  for (size_t e = 0; e < 400; ++e) everything[e] = e;
  EXPECT_NEAR(against_zero.estimate, Pearson(x, y, everything), 1e-9);
  EXPECT_NEAR(against_zero.standard_error, 0.0375, 0.006);
}

TEST(Summarise, MeanAndSpreadOverSeeds) {
  const Summary summary = Summarise({1, 2, 6});
  EXPECT_EQ(summary.seeds, 3);
  EXPECT_DOUBLE_EQ(summary.mean, 3);
  EXPECT_DOUBLE_EQ(summary.median, 2);
  EXPECT_DOUBLE_EQ(Summarise({7, 1, 2, 4}).median, 3);
  EXPECT_TRUE(std::isnan(Summarise({1, std::nan(""), 2}).median));
  EXPECT_DOUBLE_EQ(*summary.standard_deviation, std::sqrt(7.0));  // (4 + 1 + 9) / 2
  EXPECT_FALSE(Summarise({4}).standard_deviation.has_value());
}

TEST(Summarise, EqualValuesHaveNoSpread) {
  const Summary summary = Summarise({0.1, 0.1, 0.1});  // Their sum is 0.30000000000000004.
  EXPECT_EQ(summary.mean, 0.1);
  EXPECT_EQ(*summary.standard_deviation, 0);
}

TEST(EstimateDifference, HandWorkedTwoWay) {
  // Seed means 2 and 4, example means 1, 3, 5, grand mean 3.
  //   s²_seed = 2, /R = 1.  v_example: variance 4 over E = 3.
  //   Residuals d − row − column + 3: row 1: 0−2−1+3=0, 2−2−3+3=0, 4−2−5+3=0; so v_interaction = 0.
  // Var = 1 + 4/3. ν = (7/3)² / (1²/1 + (4/3)²/2) = (49/9) / (17/9) = 49/17.
  // R = 2: Cochran's quantile (1 · t(1) + 4/3 · t(2)) / (7/3), t(1) = 12.7062, t(2) = 4.30265.
  const PairedDifference d = *EstimateDifference({{0, 2, 4}, {2, 4, 6}});
  EXPECT_DOUBLE_EQ(d.estimate, 3);
  EXPECT_NEAR(d.standard_error, std::sqrt(7.0 / 3), 1e-12);
  EXPECT_NEAR(d.degrees_of_freedom, 49.0 / 17, 1e-12);
  const double quantile = (12.7062 + 4.0 / 3 * 4.30265) / (7.0 / 3);
  EXPECT_NEAR(*d.high - 3, quantile * std::sqrt(7.0 / 3), 1e-3);
  EXPECT_NEAR(3 - *d.low, quantile * std::sqrt(7.0 / 3), 1e-3);
  EXPECT_EQ(d.verdict(), Verdict::kUndetermined);
  EXPECT_TRUE(d.screening());
}

TEST(EstimateDifference, InteractionIsTakenOutOnce) {
  // Pure interaction: rows (1, −1, 0) and (−1, 1, 0): all means 0; MS_C = 4 / 2 = 2; v_interaction = 2 / 6;
  // v_example = 0, so the max is 0; s²_seed = 0.
  const PairedDifference d = *EstimateDifference({{1, -1, 0}, {-1, 1, 0}});
  EXPECT_DOUBLE_EQ(d.standard_error, 0);
  EXPECT_DOUBLE_EQ(d.degrees_of_freedom, 1);
}

TEST(EstimateDifference, SeedsAloneWhenThereIsOneExample) {
  // Means 1, 2, 3: s² = 1, Var = 1/3, t(2) = 4.30265.
  const PairedDifference d = *EstimateDifference({{1}, {2}, {3}});
  EXPECT_NEAR(*d.high, 2 + 4.30265 / std::sqrt(3.0), 1e-4);
  EXPECT_DOUBLE_EQ(d.degrees_of_freedom, 2);
}

TEST(EstimateDifference, OneSeedSpeaksOfExamplesOnly) {
  // Mean 2, s² = 1 over 3 examples.
  const PairedDifference d = *EstimateDifference({{1, 2, 3}});
  EXPECT_TRUE(d.examples_only());
  EXPECT_NEAR(*d.low, 2 - 4.30265 / std::sqrt(3.0), 1e-4);
  EXPECT_DOUBLE_EQ(d.degrees_of_freedom, 2);
}

TEST(EstimateDifference, NoIntervalWithoutReplication) {
  const PairedDifference d = *EstimateDifference({{0.5}});
  EXPECT_DOUBLE_EQ(d.estimate, 0.5);
  EXPECT_EQ(d.verdict(), Verdict::kNoInterval);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(EstimateDifference({{1, nan}, {1, 2}})->verdict(), Verdict::kNoInterval);
}

TEST(EstimateDifference, IdenticalRunsAreUndetermined) {
  const PairedDifference d = *EstimateDifference({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
  EXPECT_EQ(*d.low, 0);
  EXPECT_EQ(*d.high, 0);
  EXPECT_EQ(d.verdict(), Verdict::kUndetermined);
}

TEST(EstimateMacroDifference, HandWorked) {
  // Task 1: seed means 2 and 4, example means 2 and 4, no residuals: v_example = 2 / 2 = 1, v_interaction = 0.
  // Task 2: seed means 1 and 1, example means 1 and 1, residuals ∓1: v_example = 0, v_interaction = 4 / 4 = 1; max is
  // 0. Macros 1.5 and 2.5: Δ = 2, s²_seed = 0.5, Var = 0.25 + 1 / 4. ν = 0.5² / (0.25²/1 + 0.25²/1) = 2. R = 2:
  // Cochran's quantile, t(1) = 12.7062 for seeds and for the one example more of task 1.
  const PairedDifference d = *EstimateMacroDifference({{{1, 3}, {3, 5}}, {{0, 2}, {2, 0}}});
  EXPECT_DOUBLE_EQ(d.estimate, 2);
  EXPECT_DOUBLE_EQ(d.standard_error, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(d.degrees_of_freedom, 2);
  EXPECT_NEAR(*d.high - 2, 12.7062 * std::sqrt(0.5), 1e-3);
  EXPECT_EQ(d.seeds, 2);
  EXPECT_EQ(d.examples, 4);
}

TEST(EstimateMacroDifference, OneSeedSpeaksOfExamplesOnly) {
  // v_example 2 / 2 = 1 and 4 / 3, over T² = 4: Var = 1/4 + 1/3 = 7/12, ν = (7/12)² / ((1/4)²/1 + (1/3)²/2) = 49/17.
  const PairedDifference d = *EstimateMacroDifference({{{1, 3}}, {{0, 2, 4}}});
  EXPECT_DOUBLE_EQ(d.estimate, 2);
  EXPECT_NEAR(d.standard_error, std::sqrt(7.0 / 12), 1e-12);
  EXPECT_NEAR(d.degrees_of_freedom, 49.0 / 17, 1e-12);
  EXPECT_TRUE(d.examples_only());
  EXPECT_FALSE(EstimateMacroDifference({{{1, 3}}, {{2}}})->low.has_value()) << "nothing is known of the second task";
}

TEST(EstimateMacroDifference, ATaskOfOneValueAddsToTheSeedsPart) {
  // Macros (1 + 0) / 2 and (3 + 4) / 2: s²_seed = 4.5, /R = 2.25; task 1's examples are alike.
  const PairedDifference d = *EstimateMacroDifference({{{1, 1}, {3, 3}}, {{0}, {4}}});
  EXPECT_DOUBLE_EQ(d.standard_error, 1.5);
  EXPECT_DOUBLE_EQ(d.degrees_of_freedom, 1);
  EXPECT_EQ(d.examples, 2);
  EXPECT_TRUE(EstimateMacroDifference({{{1}, {3}}, {{0}, {4}}})->seeds_only());
}

TEST(EstimateMacroDifference, OneTaskIsTheDifferenceItself) {
  const std::vector<std::vector<double>> rows = {{0, 2, 4.5}, {2, 4, 6}, {1, 1, 7}};
  const PairedDifference one = *EstimateMacroDifference({rows}), plain = *EstimateDifference(rows);
  EXPECT_EQ(one.low, plain.low);
  EXPECT_EQ(one.degrees_of_freedom, plain.degrees_of_freedom);
}

TEST(EstimateMacroDifference, Errors) {
  EXPECT_THAT(std::string(EstimateMacroDifference({}).status().message()), HasSubstr("at least one task"));
  EXPECT_THAT(std::string(EstimateMacroDifference({{{1}}, {{1}, {2}}}).status().message()),
              HasSubstr("want 1 seeds in every task, got 2"));
}

// Three tasks of 20, 40 and 80 examples, whose seeds' effects have a part in common.
TEST(EstimateMacroDifference, CoversAsOftenAsItSays) {
  std::mt19937_64 random(13);
  std::normal_distribution<double> normal;
  const int replications = 3000, seeds = 3;
  int covered = 0;
  for (int i = 0; i < replications; ++i) {
    std::vector<double> common(seeds);
    for (double& effect : common) effect = 0.15 * normal(random);
    std::vector<std::vector<std::vector<double>>> d;
    for (const int examples : {20, 40, 80}) {
      std::vector<double> by_example(examples), by_seed = common;
      for (double& effect : by_example) effect = normal(random);
      for (double& effect : by_seed) effect += 0.1 * normal(random);
      std::vector<std::vector<double>>& rows = d.emplace_back(seeds, std::vector<double>(examples, 0.3));
      for (int r = 0; r < seeds; ++r) {
        for (int e = 0; e < examples; ++e) rows[r][e] += by_seed[r] + by_example[e] + 0.5 * normal(random);
      }
    }
    const PairedDifference difference = *EstimateMacroDifference(d);
    covered += *difference.low <= 0.3 && 0.3 <= *difference.high;
  }
  EXPECT_GE(covered / static_cast<double>(replications), 0.93);
  EXPECT_LE(covered / static_cast<double>(replications), 0.97);
}

TEST(EstimateDifference, Errors) {
  EXPECT_THAT(std::string(EstimateDifference({}).status().message()), HasSubstr("at least one seed"));
  EXPECT_THAT(std::string(EstimateDifference({{1, 2}, {1}}).status().message()),
              HasSubstr("want 2 examples for every seed, got 1"));
  EXPECT_THAT(std::string(EstimateDifference({{1}}, 1.0).status().message()), HasSubstr("between 0 and 1, got 1"));
}

// Coverage on simulated seed x example data. `seed_share` is the seeds' part of σ²_a/R + σ²_b/E, `interaction` the size
// of σ²_c/(R·E) against that sum.
using CoverageCase = std::tuple<int /*seeds*/, double /*seed_share*/, double /*interaction*/>;

class Coverage : public ::testing::TestWithParam<CoverageCase> {
 protected:
  // Share of `replications` simulated sweeps whose interval contains the true difference.
  static double Simulate(const CoverageCase& setting, int replications) {
    const auto [seeds, seed_share, interaction] = setting;
    const int examples = 40;
    const double seed_sd = std::sqrt(seed_share * seeds);
    const double example_sd = std::sqrt((1 - seed_share) * examples);
    const double cell_sd = std::sqrt(interaction * seeds * examples);
    const double truth = 0.7;
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    int covered = 0;
    for (int i = 0; i < replications; ++i) {
      std::vector<double> example_effects(examples);
      for (double& b : example_effects) b = example_sd * normal(random);
      std::vector<std::vector<double>> d(seeds, std::vector<double>(examples));
      for (std::vector<double>& row : d) {
        const double a = seed_sd * normal(random);
        for (int e = 0; e < examples; ++e) row[e] = truth + a + example_effects[e] + cell_sd * normal(random);
      }
      const PairedDifference difference = *EstimateDifference(d);
      covered += *difference.low <= truth && truth <= *difference.high;
    }
    return static_cast<double>(covered) / replications;
  }
};

TEST_P(Coverage, IsNominal) {
  const double covered = Simulate(GetParam(), 5000);
  RecordProperty("coverage", std::to_string(covered));
  EXPECT_GE(covered, 0.93);
  EXPECT_LE(covered, std::get<0>(GetParam()) == 2 ? 0.985 : 0.97);
}

INSTANTIATE_TEST_SUITE_P(SeedsAndMixtures, Coverage,
                         ::testing::Combine(::testing::Values(2, 3, 5), ::testing::Values(0.0, 0.2, 0.5, 0.85, 1.0),
                                            ::testing::Values(0.0, 0.3, 2.0)));

TEST(CoverageOfRatios, HoldsWithUnequalCounts) {
  // Ratio metric: counts of 3 to 14 masked tokens per sequence, shared by base and variant, seeds 3; the expected
  // difference per token is 0.2 on every sequence plus effects of seed, sequence and their interaction.
  std::mt19937_64 random(9);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> tokens(3, 14);
  const int replications = 3000, seeds = 3, examples = 80;
  int covered = 0;
  for (int i = 0; i < replications; ++i) {
    std::vector<double> counts(examples), sequence_effects(examples);
    for (double& count : counts) count = tokens(random);
    for (double& b : sequence_effects) b = normal(random);
    std::vector<std::vector<double>> d(seeds);
    for (std::vector<double>& row : d) {
      const double a = 0.1 * normal(random);
      ExampleScores base{std::vector<double>(examples), counts}, variant = base;
      for (int e = 0; e < examples; ++e) {
        base.sum[e] = counts[e] * (4 + normal(random));
        variant.sum[e] = base.sum[e] + counts[e] * (0.2 + a + sequence_effects[e] + 0.5 * normal(random));
      }
      const std::vector<double> from = *LinearisedValues(base);
      row = *LinearisedValues(variant);
      for (int e = 0; e < examples; ++e) row[e] -= from[e];
    }
    const PairedDifference difference = *EstimateDifference(d);
    covered += *difference.low <= 0.2 && 0.2 <= *difference.high;
  }
  EXPECT_GE(covered / static_cast<double>(replications), 0.93);
  EXPECT_LE(covered / static_cast<double>(replications), 0.97);
}

}  // namespace
}  // namespace retort
