#include "framework/report/analysis/wording.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

MetricSpec CrossEntropy() { return {"lm/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"}; }
MetricSpec Accuracy() { return {"lm/accuracy", "accuracy", Percent(), Better::kHigher, "sequence"}; }
MetricSpec Spearman() { return {"pairs/spearman", "Spearman", Percent(), Better::kHigher, "sentence pair"}; }

PairedDifference Difference(double estimate, double low, double high) {
  PairedDifference difference;
  difference.estimate = estimate;
  difference.low = low;
  difference.high = high;
  difference.seeds = 3;
  difference.examples = 512;
  return difference;
}

TEST(DifferenceSentence, WithItsConditions) {
  EXPECT_EQ(
      DifferenceSentence("no_ce", CrossEntropy(), Difference(0.183, 0.158, 0.208),
                         "this teacher, corpus and learning rate"),
      "no_ce: +0.18 nats (95 % CI 0.16 to 0.21; 3 seeds x 512 sequences; screening), for this teacher, corpus and "
      "learning rate");
}

TEST(DifferenceSentence, UndeterminedWhenTheIntervalContainsZero) {
  EXPECT_EQ(DifferenceSentence("no_mlm", CrossEntropy(), Difference(-0.006, -0.031, 0.019), ""),
            "no_mlm: undetermined, −0.01 nats (95 % CI −0.03 to 0.02; 3 seeds x 512 sequences; screening)");
}

TEST(DifferenceSentence, SharesInPoints) {
  EXPECT_THAT(DifferenceSentence("x", Accuracy(), Difference(0.0123, 0.0043, 0.0203), ""),
              HasSubstr("+1.2 points (95 % CI 0.4 to 2.0;"));
}

TEST(DifferenceSentence, OneSeedIsSaidInWords) {
  PairedDifference one_seed = Difference(0.18, 0.16, 0.21);
  one_seed.seeds = 1;
  EXPECT_THAT(DifferenceSentence("x", CrossEntropy(), one_seed, ""),
              HasSubstr("(95 % CI 0.16 to 0.21, over sequences only; 1 seed x 512 sequences; screening)"));
}

TEST(DifferenceSentence, NamesWhatItWasMeasuredOn) {
  PairedDifference one_seed = Difference(0.02, 0.01, 0.03);
  one_seed.seeds = 1;
  EXPECT_THAT(DifferenceSentence("x", Spearman(), one_seed, ""),
              HasSubstr("over sentence pairs only; 1 seed x 512 sentence pairs; screening)"));
}

TEST(DifferenceSentence, FiveSeedsAreNotScreening) {
  PairedDifference five_seeds = Difference(0.18, 0.16, 0.21);
  five_seeds.seeds = 5;
  EXPECT_THAT(DifferenceSentence("x", CrossEntropy(), five_seeds, ""), HasSubstr("0.21; 5 seeds x 512 sequences)"));
}

TEST(DifferenceSentence, WithoutInterval) {
  PairedDifference difference;
  difference.estimate = 0.5;
  difference.seeds = difference.examples = 1;
  EXPECT_EQ(DifferenceSentence("x", CrossEntropy(), difference, ""), "x: +0.500 nats (no interval; 1 seed; screening)");
}

TEST(DifferenceSentence, OneValueForAllExamplesIsSaidInWords) {
  PairedDifference whole = Difference(0.02, 0.01, 0.03);
  whole.examples = 1;
  EXPECT_THAT(DifferenceSentence("x", Spearman(), whole, ""), HasSubstr(", over seeds only; 3 seeds; screening)"));
}

TEST(FormatMean, NeighboursDecideWhereThereIsNoSpread) {
  Analysis analysis;
  analysis.columns = {{"score", "report", Accuracy(), "accuracy"}};
  const Summary even{3, 0.5, 0.5, 0.0}, one{1, 0.5, 0.5, std::nullopt};
  const auto add = [&analysis](const Summary& summary) {
    analysis.variants.emplace_back();
    analysis.variants.back().metrics.emplace_back().summary = summary;
  };
  add(even);
  EXPECT_EQ(FormatMean(analysis, 0, even), "50.000 ± 0.000") << "without neighbours";
  add({3, 0.7373, 0.7373, 0.0016});
  add({3, 0.756, 0.756, 0.004});
  add({3, 0.59, 0.59, 0.11});
  EXPECT_EQ(FormatMean(analysis, 0, even), "50.0 ± 0.0") << "as the variant with the median deviation";
  EXPECT_EQ(FormatMean(analysis, 0, one), "50.0");
  EXPECT_EQ(FormatMean(analysis, 0, *analysis.variants[1].metrics[0].summary), "73.73 ± 0.16") << "its own";
  EXPECT_EQ(DecimalsIn(analysis, 0, even), 1);
}

TEST(Headline, SaysWhoIsWorseBetterAndUndetermined) {
  const std::string headline = Headline(*Analyse(FakeSweep()));
  EXPECT_THAT(headline,
              MatchesRegex("Against base \\(cross-entropy 4\\...* nats\\), scratch .+, random .+ and no_cos .+ are "
                           "worse; lr_1e-3 \\(−0.+ nats\\) is better; no_mlm cannot be told from it\\."));
}

TEST(Headline, WithoutScoresOrVariants) {
  SweepResult result = TinySweep();
  result.runs.clear();
  EXPECT_EQ(Headline(*Analyse(result)), "No run of this sweep was scored.");
  result = TinySweep();
  result.variants.pop_back();
  result.runs.resize(2);
  EXPECT_EQ(Headline(*Analyse(result)), "Only base (cross-entropy 2.000 nats) was run.");
}

TEST(Headline, SaysWhatIsNotComparable) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) run.scores[0].examples = run.variant;
  EXPECT_EQ(Headline(*Analyse(result)), "Against base (cross-entropy 2.0 nats), a (other examples) is not comparable.");
  result.variants[1].twin_of_base = true;
  EXPECT_EQ(Headline(*Analyse(result)), "Against base (cross-entropy 2.0 nats), a is the same experiment.");
}

TEST(Headline, SaysThatThereIsOneSeed) {
  SweepResult result = TinySweep();
  result.seeds = {1};
  result.runs.erase(result.runs.begin() + 3);
  result.runs.erase(result.runs.begin() + 1);
  EXPECT_THAT(Headline(*Analyse(result)), ::testing::EndsWith(". One seed: nothing is known of other seeds."));
}

// Two differences whose intervals do not hold 0: of all seeds, and of the seeds that b finished.
SweepResult ThreeVariants(int seeds_of_b) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) {
    if (run.variant == "a") run.scores[0].metrics["m/cross_entropy"].sum = {2, 4};
  }
  result.variants.push_back({"b", ""});
  for (int seed = 1; seed <= seeds_of_b; ++seed) {
    RunResult run = result.runs[1 + seed];
    run.variant = "b";
    run.scores[0].metrics["m/cross_entropy"].sum = {0, 2};
    result.runs.push_back(run);
  }
  return result;
}

TEST(Headline, SaysOfEachDifferenceThatItIsOfOneSeed) {
  EXPECT_EQ(Headline(*Analyse(ThreeVariants(2))),
            "Against base (cross-entropy 2.000 nats), a (+1.000 nats) is worse; b (−1.000 nats) is better.");
  EXPECT_EQ(Headline(*Analyse(ThreeVariants(1))),
            "Against base (cross-entropy 2.000 nats), a (+1.000 nats) is worse; b (−1.000 nats, one seed) is better.");
  SweepResult result = ThreeVariants(1);
  result.runs[2].error = "NaN";  // a, seed 1
  result.runs[2].scores.clear();
  EXPECT_THAT(Headline(*Analyse(result)), ::testing::EndsWith("is better. One seed: nothing is known of other seeds."));
}

TEST(Headline, WithoutIntervalAndOfOneResult) {
  SweepResult result = TinySweep();
  result.seeds = {1};
  result.runs = {result.runs[0], result.runs[2]};
  result.runs[1].scores[0].metrics["m/cross_entropy"] = {{4}, {1}};
  EXPECT_EQ(Headline(*Analyse(result)),
            "Against base (cross-entropy 2.000 nats), a (+2.000 nats) has no interval. One seed: nothing is known of "
            "other seeds.");
  result = TinySweep();
  result.variants[1].shared_stages = {"eval"};
  EXPECT_EQ(Headline(*Analyse(result)), "Against base (cross-entropy 2.0 nats), a has the same result.");
}

TEST(Headline, BaseThatFailed) {
  SweepResult result = TinySweep();
  for (size_t i : {0, 1}) {
    result.runs[i].error = "NaN";
    result.runs[i].scores.clear();
  }
  EXPECT_EQ(Headline(*Analyse(result)), "The base was not scored on cross-entropy, so no variant can be compared.");
}

TEST(Headline, BaseThatLacksOneTaskOfTheAverage) {
  SweepResult result = TaskSweep();
  for (RunResult& run : result.runs) {
    if (run.variant == "base") run.scores.pop_back();
  }
  EXPECT_EQ(Headline(*Analyse(result)),
            "The base was not scored on macro, so no variant can be compared by that; the table compares what it was "
            "scored on.");
}

TEST(FormatPublished, InItsOwnUnit) {
  EXPECT_EQ(FormatPublished({"no_ce", "GLUE macro", -2.96, std::nullopt, ""}), "−2.96 GLUE macro");
  EXPECT_EQ(FormatPublished({"base", "GLUE macro", std::nullopt, 77.0, ""}), "77 GLUE macro");
  EXPECT_EQ(FormatPublished({"base", "GLUE macro", 0.5, 77.5, ""}), "77.5 GLUE macro (+0.5)");
  EXPECT_EQ(FormatPublished({"no_ce", "GLUE macro", 0.0, std::nullopt, ""}), "0 GLUE macro");
}

TEST(DescribeAll, SaysWhatIsEquivalent) {
  SweepResult sweep = FakeSweep();
  sweep.margin = 0.1;
  const std::vector<std::string> sentences = DescribeAll(*Analyse(sweep), "");
  ASSERT_EQ(sentences.size(), 8u);
  EXPECT_THAT(sentences[0], Not(HasSubstr("equivalent"))) << "no_ce";
  EXPECT_THAT(sentences[1], HasSubstr("screening); equivalent to base within ±0.1 nats")) << "no_cos";
}

TEST(FormatEffectVerdict, InWords) {
  SweepResult sweep = TaskSweep();
  sweep.published.push_back({"base", "GLUE", 1.0, std::nullopt, "a paper"});
  sweep.published.push_back({"random", "GLUE", 1.0, std::nullopt, "a paper", "macro"});
  sweep.published.push_back({"random", "GLUE", 1.0, std::nullopt, "a paper", "elsewhere"});
  sweep.published.push_back({"random", "GLUE", 0.0, std::nullopt, "a paper"});
  std::vector<std::string> words;
  const Analysis analysis = *Analyse(sweep);
  for (const PublishedEffect& effect : analysis.effects) words.push_back(FormatEffectVerdict(analysis, effect));
  EXPECT_THAT(words,
              ElementsAre("equivalent within ±3 points", "same sign", "opposite sign", "not compared: the base itself",
                          "opposite sign", "not compared: not measured", "a difference, none published"));
}

TEST(FormatEffectVerdict, SaysWhichOfTheTwoWasNotMeasured) {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", 1.0, std::nullopt, "a paper"}};
  const auto words = [&sweep] {
    const Analysis analysis = *Analyse(sweep);
    return FormatEffectVerdict(analysis, analysis.effects[0]);
  };
  for (RunResult& run : sweep.runs) {
    if (run.variant == "base") run.scores.clear();
  }
  EXPECT_EQ(words(), "not compared: the base was not measured");
  sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", 1.0, std::nullopt, "a paper"}};
  for (RunResult& run : sweep.runs) {
    if (run.variant == "a") run.scores.clear();
  }
  EXPECT_EQ(words(), "not compared: not measured");
  sweep.variants[1].shared_stages = {"eval"};
  EXPECT_EQ(words(), "not compared: not measured") << "a stage that both share and that failed has no result";
}

}  // namespace
}  // namespace retort
