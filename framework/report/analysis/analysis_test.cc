#include "framework/report/analysis/analysis.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

TEST(Analyse, HandWorked) {
  const Analysis analysis = *Analyse(TinySweep());
  ASSERT_EQ(analysis.columns.size(), 1u);
  EXPECT_EQ(analysis.columns[0].title, "cross-entropy");
  ASSERT_EQ(analysis.variants.size(), 2u);
  const VariantMetric& base = analysis.variants[0].metrics[0];
  EXPECT_DOUBLE_EQ(base.summary->mean, 2);
  EXPECT_FALSE(base.difference.has_value());
  const VariantMetric& a = analysis.variants[1].metrics[0];
  EXPECT_THAT(a.by_seed, ElementsAre(Pair(1, 4), Pair(2, 6)));
  EXPECT_DOUBLE_EQ(a.difference->estimate, 3);
  EXPECT_EQ(a.difference->seeds, 2);
  EXPECT_EQ(a.difference->examples, 2);
  EXPECT_DOUBLE_EQ(analysis.variants[1].seconds, 10);
  EXPECT_DOUBLE_EQ(*analysis.variants[1].teacher_share(), 0.5);
  EXPECT_FALSE(analysis.variants[1].compression().has_value()) << "no teacher's parameters are known";
  EXPECT_THAT(analysis.warnings, IsEmpty());
}

TEST(Analyse, PrimaryMetricStandsFirst) {
  const Analysis analysis = *Analyse(FakeSweep());
  ASSERT_EQ(analysis.columns.size(), 3u);
  EXPECT_EQ(analysis.columns[0].metric.name, "masked_lm/cross_entropy");
  EXPECT_EQ(analysis.columns[1].metric.name, "masked_lm/kl_to_teacher");
  EXPECT_EQ(analysis.columns[2].metric.name, "masked_lm/accuracy");
  ASSERT_EQ(analysis.teachers.size(), 1u);
  EXPECT_EQ(analysis.teachers[0].name, "teacher");
  EXPECT_TRUE(analysis.teachers[0].metrics[0].summary.has_value());
  EXPECT_FALSE(analysis.teachers[0].metrics[1].summary.has_value());
}

TEST(Analyse, SameMetricInTwoStagesGetsTwoTitles) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) {
    run.scores.push_back(run.scores[0]);
    run.scores[1].stage = "eval_late";
  }
  const Analysis analysis = *Analyse(result);
  ASSERT_EQ(analysis.columns.size(), 2u);
  EXPECT_EQ(analysis.columns[0].title, "eval (report): cross-entropy");
  EXPECT_EQ(analysis.columns[1].title, "eval_late (report): cross-entropy");
}

TEST(Analyse, PairsOnlySeedsThatBothFinished) {
  SweepResult result = TinySweep();
  result.runs[0].error = "loss term ce is NaN at step 41";  // base, seed 1
  result.runs[0].scores.clear();
  const Analysis analysis = *Analyse(result);
  const VariantMetric& a = analysis.variants[1].metrics[0];
  EXPECT_EQ(a.difference->seeds, 1);
  EXPECT_DOUBLE_EQ(a.difference->estimate, 4);
  EXPECT_EQ(a.summary->seeds, 2);
  EXPECT_EQ(analysis.variants[0].finished_runs, 1);
  EXPECT_THAT(analysis.warnings, Contains("base stopped. seed 1: loss term ce is NaN at step 41"));
}

TEST(Analyse, ARunThatFailedInOneStageHasTheScoresOfTheOthers) {
  SweepResult result = TinySweep();
  for (size_t i : {0, 2}) result.runs[i].error = "stage \"b_tune\": loss term ce is NaN at step 41";  // Seed 1.
  const Analysis analysis = *Analyse(result);
  EXPECT_THAT(analysis.variants[1].metrics[0].by_seed, ElementsAre(Pair(1, 4), Pair(2, 6)));
  EXPECT_EQ(analysis.variants[1].metrics[0].difference->seeds, 2);
  EXPECT_EQ(analysis.variants[1].finished_runs, 1);
  EXPECT_THAT(analysis.warnings, Contains(HasSubstr("a stopped. seed 1: stage \"b_tune\"")));
}

TEST(Analyse, NoDifferenceBetweenDifferentExamples) {
  SweepResult result = TinySweep();
  result.runs[2].scores[0].metrics["m/cross_entropy"] = {{1, 2, 3}, {1, 1, 1}};
  const Analysis analysis = *Analyse(result);
  EXPECT_EQ(analysis.variants[1].metrics[0].difference->seeds, 1);
  EXPECT_THAT(analysis.warnings,
              Contains("a, seed 1: cross-entropy could not be compared: want the base's 2 examples, got 3"));
}

// As a correlation that is not defined without one of the examples: the means are compared, over seeds alone.
TEST(Analyse, ComparesMeansWhereAScoreIsOneValueForAllExamples) {
  SweepResult result = TinySweep();
  result.runs[2].scores[0].metrics["m/cross_entropy"] = {{4}, {1}};  // a, seed 1: 4 as before.
  const Analysis analysis = *Analyse(result);
  const PairedDifference difference = *analysis.variants[1].metrics[0].difference;
  EXPECT_DOUBLE_EQ(difference.estimate, 3);
  EXPECT_EQ(difference.seeds, 2);
  EXPECT_TRUE(difference.seeds_only());
  EXPECT_TRUE(difference.low.has_value());
  EXPECT_THAT(analysis.warnings,
              ElementsAre("a: cross-entropy is compared without an interval over sequences: there is one value for all "
                          "of them together (a, seed 1)."));
}

TEST(Analyse, ComparesMeansWhereSeedsHaveDifferentNumbersOfExamples) {
  SweepResult result = TinySweep();
  for (size_t i : {0, 2}) {
    ExampleScores& scores = result.runs[i].scores[0].metrics["m/cross_entropy"];
    scores.sum.push_back(2);
    scores.count.push_back(1);
  }
  const Analysis analysis = *Analyse(result);
  EXPECT_DOUBLE_EQ(analysis.variants[1].metrics[0].difference->estimate, (4.0 / 3 + 4) / 2);
  EXPECT_TRUE(analysis.variants[1].metrics[0].difference->seeds_only());
  EXPECT_THAT(analysis.warnings, Contains(HasSubstr("seeds have different numbers of sequences.")));
}

TEST(Analyse, OneSeedAndOneValueHaveNoInterval) {
  SweepResult result = TinySweep();
  result.seeds = {1};
  result.runs = {result.runs[0], result.runs[2]};
  result.runs[0].scores[0].metrics["m/cross_entropy"] = {{2}, {1}};
  const PairedDifference difference = *Analyse(result)->variants[1].metrics[0].difference;
  EXPECT_DOUBLE_EQ(difference.estimate, 2);
  EXPECT_EQ(difference.verdict(), Verdict::kNoInterval);
}

TEST(Analyse, SaysWhatEachScoreWasMeasuredOn) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) {
    run.scores[0].examples = run.variant + "'s";
    run.scores[0].teacher = "t";
  }
  const VariantMetric a = Analyse(result)->variants[1].metrics[0];
  EXPECT_THAT(a.examples, ElementsAre(Pair(1, "a's"), Pair(2, "a's")));
  EXPECT_THAT(a.teachers, ElementsAre(Pair(1, "t"), Pair(2, "t")));
}

TEST(Analyse, DoesNotCompareWhatIsMeasuredOnOtherExamples) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) run.scores[0].examples = run.variant;
  const VariantMetric a = Analyse(result)->variants[1].metrics[0];
  EXPECT_EQ(a.incomparable, Incomparable::kExamples);
  EXPECT_FALSE(a.difference.has_value());
  EXPECT_DOUBLE_EQ(a.summary->mean, 5) << "it is measured all the same";
}

TEST(Analyse, ComparesBesideTheSameTeacherWhatIsMeasuredBesideOne) {
  SweepResult result = TinySweep();
  for (RunResult& run : result.runs) run.scores[0].teacher = run.variant;
  EXPECT_TRUE(Analyse(result)->variants[1].metrics[0].difference.has_value()) << "cross-entropy asks for none";
  result.metrics[0].beside_teacher = true;
  const VariantMetric a = Analyse(result)->variants[1].metrics[0];
  EXPECT_EQ(a.incomparable, Incomparable::kTeacher);
  EXPECT_FALSE(a.difference.has_value());
}

TEST(Analyse, ATwinOfTheBaseIsTheSameExperiment) {
  SweepResult result = TinySweep();
  result.variants[1].twin_of_base = true;
  const VariantMetric a = Analyse(result)->variants[1].metrics[0];
  EXPECT_EQ(a.incomparable, Incomparable::kSameExperiment);
  EXPECT_FALSE(a.difference.has_value());
}

TEST(Analyse, OneResultUnderTwoVariantsIsNotUndetermined) {
  SweepResult result = TinySweep();
  result.variants[1].shared_stages = {"eval"};
  EXPECT_EQ(Analyse(result)->variants[1].metrics[0].incomparable, Incomparable::kSameResult);
  EXPECT_FALSE(Analyse(result)->variants[1].metrics[0].difference.has_value());
}

TEST(Analyse, NamesTeachersWhereThereAreSeveral) {
  SweepResult result = TinySweep();
  const Scores scores{"eval", "report", {{"m/cross_entropy", {{1, 2}, {1, 1}}}}, "", ""};
  result.teachers = {{"mini", scores}, {"large", scores, 1}, {"large", scores, 2}};
  result.teachers[1].scores.teacher = "first seed's";
  result.teachers[2].scores.teacher = "second seed's";
  const Analysis analysis = *Analyse(result);
  ASSERT_EQ(analysis.teachers.size(), 2u);
  EXPECT_EQ(analysis.teachers[0].name, "teacher mini");
  EXPECT_EQ(analysis.teachers[1].name, "teacher large");
  EXPECT_DOUBLE_EQ(analysis.teachers[1].metrics[0].summary->mean, 1.5);
  EXPECT_THAT(analysis.teachers[1].identities, ElementsAre("first seed's", "second seed's"));
  result.teachers[0].scores.examples = "other than the base's";
  ASSERT_EQ(Analyse(result)->teachers.size(), 1u);
}

TEST(Analyse, ATeacherIsSummarisedOverTheSeedsOfItsTraining) {
  SweepResult result = TinySweep();
  for (const uint64_t seed : {1, 2, 3}) {
    const double sum = 1.0 + 2 * static_cast<double>(seed * seed);
    result.teachers.push_back(
        {"@teacher", {"eval", "report", {{"m/cross_entropy", {{sum, 1}, {1, 1}}}}, "", ""}, seed});
  }
  const Analysis analysis = *Analyse(result);
  ASSERT_EQ(analysis.teachers.size(), 1u);
  const TeacherMetric& metric = analysis.teachers[0].metrics[0];
  EXPECT_THAT(metric.by_seed, ElementsAre(Pair(1, 2), Pair(2, 5), Pair(3, 10)));
  EXPECT_DOUBLE_EQ(metric.summary->mean, 17.0 / 3);
  EXPECT_DOUBLE_EQ(metric.summary->median, 5);
  EXPECT_TRUE(metric.summary->standard_deviation.has_value());
}

TEST(Analyse, WarnsOfMissingSeeds) {
  SweepResult result = TinySweep();
  result.runs.pop_back();
  EXPECT_THAT(Analyse(result)->warnings, Contains("a has not run with 1 of 2 seeds."));
}

TEST(Analyse, WarnsWhenClippingDiffersByMoreThan20Points) {
  SweepResult result = TinySweep();
  for (size_t i : {0, 1}) result.runs[i].clipped_share = 0.10;
  for (size_t i : {2, 3}) result.runs[i].clipped_share = 0.30;
  EXPECT_THAT(Analyse(result)->warnings, Not(Contains(HasSubstr("clipped"))));
  result.runs[3].clipped_share = 0.31;
  EXPECT_THAT(Analyse(result)->warnings, Contains(HasSubstr("more than 20 points: a 30.5 %, base 10 %")));
  for (size_t i : {0, 1}) result.runs[i].tokens = 0;
  EXPECT_THAT(Analyse(result)->warnings, Not(Contains(HasSubstr("clipped")))) << "base trained nothing";
}

TEST(Analyse, RejectsRunsOfUnknownVariants) {
  SweepResult result = TinySweep();
  result.runs[0].variant = "b";
  EXPECT_THAT(std::string(Analyse(result).status().message()),
              HasSubstr("RunResult.variant: want one of base, a, got \"b\""));
  EXPECT_FALSE(Analyse(SweepResult()).ok());
}

}  // namespace
}  // namespace retort
