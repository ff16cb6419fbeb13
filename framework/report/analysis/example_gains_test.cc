#include "framework/report/analysis/example_gains.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// TinySweep, whose two examples have texts.
SweepResult WithTexts() {
  SweepResult sweep = TinySweep();
  sweep.texts[""] = {{"x", "a text", "yes"}, {"y", "another", "no"}};
  return sweep;
}

// base is 1 and 3; a is 2 and 6 with seed 1, 4 and 8 with seed 2.
TEST(GainsOf, MeansOverSeeds) {
  const SweepResult sweep = WithTexts();
  const Analysis analysis = *Analyse(sweep);
  EXPECT_THAT(ColumnsWithTexts(sweep, analysis), ElementsAre(0));
  const std::vector<ExampleGain> gains = GainsOf(sweep, analysis, "a", 0);
  ASSERT_EQ(gains.size(), 2u);
  EXPECT_DOUBLE_EQ(gains[0].variant, 3);
  EXPECT_DOUBLE_EQ(gains[1].base, 3);
  EXPECT_DOUBLE_EQ(gains[1].variant, 7);
  EXPECT_DOUBLE_EQ(Gain(analysis.columns[0].metric, gains[1]), -4) << "less cross-entropy is better";
}

TEST(GainsOf, OnlyOverSeedsThatBothHave) {
  SweepResult sweep = WithTexts();
  sweep.runs[0].scores.clear();
  const std::vector<ExampleGain> gains = GainsOf(sweep, *Analyse(sweep), "a", 0);
  ASSERT_EQ(gains.size(), 2u);
  EXPECT_DOUBLE_EQ(gains[0].variant, 4);
}

TEST(GainsOf, NothingWhereExamplesDiffer) {
  SweepResult sweep = WithTexts();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant == "a" ? "others" : "";
  EXPECT_THAT(GainsOf(sweep, *Analyse(sweep), "a", 0), IsEmpty());
}

TEST(GainsOf, ExamplesOfWhichNothingIsSaidAreLeftOut) {
  SweepResult sweep = WithTexts();
  for (RunResult& run : sweep.runs) run.scores[0].metrics["m/cross_entropy"].count[0] = 0;
  const std::vector<ExampleGain> gains = GainsOf(sweep, *Analyse(sweep), "a", 0);
  ASSERT_EQ(gains.size(), 1u);
  EXPECT_EQ(gains[0].example, 1u);
}

TEST(ColumnsWithTexts, NoneWithoutTexts) {
  EXPECT_THAT(ColumnsWithTexts(TinySweep(), *Analyse(TinySweep())), IsEmpty());
  SweepResult sweep = WithTexts();
  sweep.texts[""].pop_back();
  EXPECT_THAT(ColumnsWithTexts(sweep, *Analyse(sweep)), IsEmpty()) << "other examples than the scores'";
}

}  // namespace
}  // namespace retort
