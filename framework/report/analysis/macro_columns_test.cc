#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "framework/eval/scores/macro_average.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// TinySweep as task x, and a task y of two examples: base (0, 0) with both seeds, "a" (0, 2) with seed 1, (2, 0) with
// 2.
SweepResult TwoTasks() {
  SweepResult result = TinySweep();
  const std::vector<std::vector<double>> y = {{0, 0}, {0, 0}, {0, 2}, {2, 0}};
  for (size_t i = 0; i < result.runs.size(); ++i) {
    const ExampleScores x = result.runs[i].scores[0].metrics["m/cross_entropy"];
    result.runs[i].scores = {{"x_eval", "report", {{"x/m/cross_entropy", x}}, "", "", ""},
                             {"y_eval", "report", {{"y/m/cross_entropy", {y[i], {1, 1}}}}, "", "", ""}};
  }
  const MetricSpec metric = result.metrics[0];
  result.metrics = {OfTask("x", metric), OfTask("y", metric)};
  MacroAverage macro;
  macro.metric = {"macro", "macro", Nats(), Better::kLower, "sequence"};
  macro.tasks = {{"x", {{"x_eval", "x/m/cross_entropy"}}}, {"y", {{"y_eval", "y/m/cross_entropy"}}}};
  result.macros = {macro};
  result.primary_metric = "macro";
  return result;
}

std::vector<std::string> Titles(const Analysis& analysis) {
  std::vector<std::string> titles;
  for (const MetricColumn& column : analysis.columns) titles.push_back(column.title);
  return titles;
}

// The differences of the tasks are EstimateMacroDifference's hand-worked ones.
TEST(AddMacroColumns, HandWorked) {
  const Analysis analysis = *Analyse(TwoTasks());
  EXPECT_THAT(Titles(analysis), ElementsAre("macro", "x: cross-entropy", "y: cross-entropy"));
  EXPECT_THAT(analysis.columns[0].average_of, ElementsAre("x/m/cross_entropy", "y/m/cross_entropy"));
  const VariantMetric& base = analysis.variants[0].metrics[0];
  EXPECT_THAT(base.by_seed, ElementsAre(Pair(1, 1), Pair(2, 1)));
  EXPECT_FALSE(base.difference.has_value());
  const VariantMetric& a = analysis.variants[1].metrics[0];
  EXPECT_THAT(a.by_seed, ElementsAre(Pair(1, 2.5), Pair(2, 3.5)));
  EXPECT_DOUBLE_EQ(a.summary->mean, 3);
  ASSERT_TRUE(a.difference.has_value());
  EXPECT_DOUBLE_EQ(a.difference->estimate, 2);
  EXPECT_DOUBLE_EQ(a.difference->standard_error, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(a.difference->degrees_of_freedom, 2);
  EXPECT_EQ(a.difference->examples, 4);
  EXPECT_THAT(analysis.warnings, IsEmpty());
}

TEST(AddMacroColumns, StandsBehindThePrimaryMetric) {
  SweepResult result = TwoTasks();
  result.primary_metric = "y/m/cross_entropy";
  EXPECT_THAT(Titles(*Analyse(result)), ElementsAre("y: cross-entropy", "macro", "x: cross-entropy"));
  result.macros.push_back(result.macros[0]);
  result.macros[1].metric.name = result.macros[1].metric.label = "only_x";
  result.macros[1].tasks.pop_back();
  EXPECT_THAT(Titles(*Analyse(result)), ElementsAre("y: cross-entropy", "macro", "only_x", "x: cross-entropy"));
  result.primary_metric = "only_x";
  EXPECT_THAT(Titles(*Analyse(result)), ElementsAre("only_x", "macro", "x: cross-entropy", "y: cross-entropy"));
}

TEST(AddMacroColumns, ATaskCountsWithTheMeanOfItsMetrics) {
  SweepResult result = TwoTasks();
  // Task y has a second metric, which is y's plus 2 in the base and plus 4 in "a": its mean over both is y + 1 and y +
  // 2.
  for (RunResult& run : result.runs) {
    ExampleScores second = run.scores[1].metrics["y/m/cross_entropy"];
    for (double& sum : second.sum) sum += run.variant == "a" ? 4 : 2;
    run.scores[1].metrics["y/m/other"] = second;
  }
  result.macros[0].tasks[1].measured.push_back({"y_eval", "y/m/other"});
  const Analysis analysis = *Analyse(result);
  EXPECT_THAT(analysis.variants[0].metrics[0].by_seed, ElementsAre(Pair(1, 1.5), Pair(2, 1.5)));
  EXPECT_DOUBLE_EQ(analysis.variants[1].metrics[0].difference->estimate, 2.5);
  EXPECT_DOUBLE_EQ(analysis.variants[1].metrics[0].difference->standard_error, std::sqrt(0.5)) << "as without";
}

TEST(AddMacroColumns, OnlySeedsThatHaveAllTasks) {
  SweepResult result = TwoTasks();
  result.runs[2].scores.pop_back();  // "a", seed 1, lacks y.
  const VariantMetric a = Analyse(result)->variants[1].metrics[0];
  EXPECT_THAT(a.by_seed, ElementsAre(Pair(2, 3.5)));
  EXPECT_EQ(a.difference->seeds, 1);
  EXPECT_DOUBLE_EQ(a.difference->estimate, 2.5);
  result.runs[3].scores.pop_back();
  const VariantMetric none = Analyse(result)->variants[1].metrics[0];
  EXPECT_THAT(none.by_seed, IsEmpty());
  EXPECT_FALSE(none.difference.has_value());
}

TEST(AddMacroColumns, SaysWhyThereIsNoDifference) {
  SweepResult result = TwoTasks();
  result.variants[1].twin_of_base = true;
  EXPECT_EQ(Analyse(result)->variants[1].metrics[0].incomparable, Incomparable::kSameExperiment);
  result = TwoTasks();
  result.variants[1].shared_stages = {"x_eval", "y_eval"};
  EXPECT_EQ(Analyse(result)->variants[1].metrics[0].incomparable, Incomparable::kSameResult);
  result = TwoTasks();
  result.runs[3].scores[1].examples = "others";
  const VariantMetric other = Analyse(result)->variants[1].metrics[0];
  EXPECT_EQ(other.incomparable, Incomparable::kExamples);
  EXPECT_FALSE(other.difference.has_value());
}

// Task y of "a" failed with both seeds: x is compared, and the average, which lacks a task, is not.
TEST(AddMacroColumns, ATaskThatFailedTakesTheAverageAndNoOtherTask) {
  SweepResult result = TwoTasks();
  for (size_t i : {2, 3}) {
    result.runs[i].error = "stage \"y_tune\": NaN";
    result.runs[i].scores.pop_back();
  }
  result.variants[1].shared_stages = {"y_eval"};
  const std::vector<VariantMetric> a = Analyse(result)->variants[1].metrics;
  EXPECT_FALSE(a[0].summary.has_value());
  EXPECT_DOUBLE_EQ(a[1].difference->estimate, 3);
  EXPECT_FALSE(a[2].summary.has_value());
  EXPECT_EQ(a[2].incomparable, Incomparable::kNo);
  result.variants[1].shared_stages = {"x_eval", "y_eval"};
  EXPECT_EQ(Analyse(result)->variants[1].metrics[0].incomparable, Incomparable::kNo);
}

// A variant that changes one task alone: the other adds nothing to the difference.
TEST(AddMacroColumns, ATaskWithTheBasesResultCountsWithoutADifference) {
  SweepResult result = TwoTasks();
  result.variants[1].shared_stages = {"y_eval"};
  for (size_t i : {2, 3}) result.runs[i].scores[1] = result.runs[0].scores[1];
  const Analysis analysis = *Analyse(result);
  EXPECT_EQ(analysis.variants[1].metrics[2].incomparable, Incomparable::kSameResult);
  EXPECT_DOUBLE_EQ(analysis.variants[1].metrics[0].difference->estimate, 1.5);
}

TEST(AddMacroColumns, ATaskOfOneValueLeavesNoIntervalOverItsExamples) {
  SweepResult result = TwoTasks();
  for (size_t i = 0; i < 4; ++i) result.runs[i].scores[1].metrics["y/m/cross_entropy"] = {{i < 2 ? 0.0 : 1.0}, {1}};
  const Analysis analysis = *Analyse(result);
  ASSERT_EQ(analysis.warnings.size(), 1u);
  EXPECT_THAT(analysis.warnings[0], HasSubstr("a: y: cross-entropy is compared without an interval over sequences"));
  EXPECT_EQ(analysis.variants[1].metrics[0].difference->examples, 2);
}

TEST(AddMacroColumns, TeachersOfAllTasksHaveOne) {
  SweepResult result = TwoTasks();
  result.teachers = {{"@teacher", {"x_eval", "report", {{"x/m/cross_entropy", {{1, 2}, {1, 1}}}}, "", "", ""}},
                     {"@teacher", {"y_eval", "report", {{"y/m/cross_entropy", {{0, 1}, {1, 1}}}}, "", "", ""}}};
  EXPECT_EQ(Analyse(result)->teachers[0].metrics[0].summary->mean, 1.0);
  result.teachers.pop_back();
  EXPECT_FALSE(Analyse(result)->teachers[0].metrics[0].summary.has_value());
}

TEST(AddMacroColumns, TrainedTeachersHaveOneForEverySeed) {
  SweepResult result = TwoTasks();
  for (const uint64_t seed : {1, 2}) {
    const double sum = static_cast<double>(seed);
    result.teachers.push_back({"@teacher", {"x_eval", "report", {{"x/m/cross_entropy", {{sum}, {1}}}}, "", ""}, seed});
    result.teachers.push_back({"@teacher", {"y_eval", "report", {{"y/m/cross_entropy", {{3}, {1}}}}, "", ""}, seed});
  }
  EXPECT_THAT(Analyse(result)->teachers[0].metrics[0].by_seed, ElementsAre(Pair(1, 2), Pair(2, 2.5)));
}

TEST(AddMacroColumns, MeasuredColumnsKnowTheirTasks) {
  SweepResult result = TwoTasks();
  result.macros[0].tasks.pop_back();
  const Analysis analysis = *Analyse(result);
  EXPECT_EQ(analysis.columns[0].task, "");
  EXPECT_EQ(analysis.columns[1].task, "x");
  EXPECT_EQ(analysis.columns[2].task, "") << "no average is over y";
}

TEST(AddMacroColumns, NothingWasMeasured) {
  SweepResult result = TwoTasks();
  for (RunResult& run : result.runs) run.scores.clear();
  EXPECT_THAT(Analyse(result)->columns, IsEmpty());
}

}  // namespace
}  // namespace retort
