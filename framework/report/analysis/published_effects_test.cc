#include <optional>
#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/statistics/statistics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Base and variants that differ from it by `changes` with the first seed and by 1.01 times that with the second: with
// two seeds of one value, t = 201 with one degree of freedom, p = 0.0032 before it is adjusted.
SweepResult Sweep(const std::vector<double>& changes, Better better = Better::kLower) {
  SweepResult result;
  result.variants = {{"base", ""}};
  for (size_t i = 0; i < changes.size(); ++i)
    result.variants.push_back({std::string(1, static_cast<char>('a' + i)), ""});
  result.seeds = {1, 2};
  result.metrics = {{"m/loss", "loss", Nats(), better, "sequence"}};
  result.primary_metric = "m/loss";
  for (size_t v = 0; v < result.variants.size(); ++v) {
    for (const uint64_t seed : result.seeds) {
      RunResult run;
      run.variant = result.variants[v].name;
      run.seed = seed;
      const double change = v == 0 ? 0 : changes[v - 1] * (seed == 1 ? 1 : 1.01);
      run.scores = {{"eval", "report", {{"m/loss", {{2 + change}, {1}}}}, "", "", ""}};
      result.runs.push_back(run);
    }
  }
  return result;
}

PublishedResult Delta(const std::string& variant, double delta, const std::string& answers = "") {
  return {variant, "GLUE macro", delta, std::nullopt, "a paper", answers};
}

std::vector<EffectVerdict> Verdicts(const SweepResult& result) {
  std::vector<EffectVerdict> verdicts;
  const Analysis analysis = *Analyse(result);
  for (const PublishedEffect& effect : analysis.effects) verdicts.push_back(effect.verdict);
  return verdicts;
}

// A loss that rises is worse, as is a score that falls.
TEST(PublishedEffects, ComparesDirections) {
  SweepResult result = Sweep({0.5, -0.5});
  result.published = {Delta("a", -2.96), Delta("a", 2.96), Delta("b", 0.3), Delta("b", 0)};
  EXPECT_THAT(Verdicts(result), ElementsAre(EffectVerdict::kSameSign, EffectVerdict::kOppositeSign,
                                            EffectVerdict::kSameSign, EffectVerdict::kPublishedAsNone));
  result.metrics[0].better = Better::kHigher;
  EXPECT_THAT(Verdicts(result), ElementsAre(EffectVerdict::kOppositeSign, EffectVerdict::kSameSign,
                                            EffectVerdict::kOppositeSign, EffectVerdict::kPublishedAsNone));
}

TEST(PublishedEffects, OneDifferenceIsOneContrast) {
  SweepResult result = Sweep({0.5, -0.5});
  result.published = {Delta("a", -2.96), Delta("a", -1.5), Delta("b", 0.3), {"b", "GLUE", std::nullopt, 77.0, ""}};
  const Analysis analysis = *Analyse(result);
  EXPECT_EQ(analysis.contrasts, 2u);
  ASSERT_EQ(analysis.effects.size(), 3u);
  const double p = PValue(*analysis.variants[1].metrics[0].difference);
  EXPECT_NEAR(p, 0.0032, 1e-4);
  for (const PublishedEffect& effect : analysis.effects) {
    EXPECT_NEAR(*effect.p_value, 2 * p, 1e-6);
    EXPECT_FALSE(effect.equivalence_p_value.has_value()) << "there is no margin";
  }
}

// Sixteen contrasts, of which one alone would have a sign: 16 · 0.0032 = 0.051.
TEST(PublishedEffects, ManyContrastsAreCorrectedFor) {
  SweepResult result = Sweep(std::vector<double>(16, 0.5));
  for (size_t v = 1; v < result.variants.size(); ++v) result.published.push_back(Delta(result.variants[v].name, -1));
  EXPECT_EQ(Verdicts(result)[0], EffectVerdict::kUndetermined);
  result.published.resize(15);
  EXPECT_EQ(Verdicts(result)[0], EffectVerdict::kSameSign);
}

TEST(PublishedEffects, EquivalentWithinTheMargin) {
  SweepResult result = Sweep({0.5});
  result.published = {Delta("a", -2.96)};
  result.margin = 0.6;
  const Analysis analysis = *Analyse(result);
  // The margin is 0.0975 from the estimate 0.5025, whose standard error is 0.0025: t = 39, one degree of freedom.
  EXPECT_NEAR(*analysis.effects[0].equivalence_p_value, 1 / (39 * 3.14159265), 1e-5);
  EXPECT_EQ(analysis.effects[0].verdict, EffectVerdict::kEquivalent) << "though it is told from 0";
  result.margin = 0.51;
  EXPECT_EQ(Verdicts(result)[0], EffectVerdict::kSameSign);
}

TEST(PublishedEffects, TheMarginIsInTheUnitThatIsShown) {
  SweepResult result = Sweep({0.005}, Better::kHigher);
  result.metrics[0].unit = Percent();
  result.published = {Delta("a", 2.96)};
  result.margin = 1;  // Point.
  EXPECT_DOUBLE_EQ(*MarginOf(*Analyse(result), 0), 0.01);
  EXPECT_THAT(Verdicts(result), ElementsAre(EffectVerdict::kEquivalent));
  // Another metric in another unit has no margin.
  result.metrics.push_back({"m/other", "other", Nats(), Better::kHigher, "sequence"});
  for (RunResult& run : result.runs) run.scores[0].metrics["m/other"] = run.scores[0].metrics["m/loss"];
  result.published = {Delta("a", 2.96, "m/other")};
  const Analysis analysis = *Analyse(result);
  EXPECT_EQ(*analysis.effects[0].column, 1u);
  EXPECT_EQ(MarginOf(analysis, 1), std::nullopt);
  EXPECT_EQ(analysis.effects[0].verdict, EffectVerdict::kSameSign);
}

TEST(PublishedEffects, WhatIsNotCompared) {
  SweepResult result = Sweep({0.5, 0.5, 0.5});
  result.variants[1].shared_stages = {"eval"};
  for (size_t run : {6, 7}) result.runs[run].scores.clear();
  result.published = {Delta("base", 1), Delta("a", 1), Delta("b", -1, "m/none"), Delta("c", 1), Delta("b", -1)};
  const Analysis analysis = *Analyse(result);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(analysis.effects[i].verdict, EffectVerdict::kNotCompared) << i;
    EXPECT_FALSE(analysis.effects[i].p_value.has_value());
  }
  EXPECT_EQ(AnsweringMetric(analysis, analysis.effects[2]), nullptr);
  EXPECT_EQ(analysis.contrasts, 5u) << "what was declared is corrected for";
  EXPECT_EQ(analysis.effects[4].verdict, EffectVerdict::kSameSign);
}

TEST(PublishedEffects, WithoutPublishedDeltasThereAreNone) {
  SweepResult result = Sweep({0.5});
  result.published = {{"a", "GLUE", std::nullopt, 77.0, ""}};
  EXPECT_THAT(Analyse(result)->effects, IsEmpty());
  EXPECT_EQ(Analyse(result)->contrasts, 0u);
}

}  // namespace
}  // namespace retort
