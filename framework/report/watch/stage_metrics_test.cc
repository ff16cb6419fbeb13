#include "framework/report/watch/stage_metrics.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/watch/metrics_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

// What MetricsLog writes for these records.
std::string Logged(const std::vector<StepRecord>& steps, const std::vector<EvaluationRecord>& evaluations) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/stage_metrics_test");
  const StageId id{"base", 1, "distil"};
  MetricsLog log([&folder](const StageId&) { return folder; });
  log.StageStarted(id, {});
  for (const StepRecord& step : steps) log.StepDone(id, step);
  for (const EvaluationRecord& evaluation : evaluations) log.Evaluated(id, evaluation);
  return *ReadFile(absl::StrCat(folder, "/metrics.jsonl"));
}

TEST(ParseMetricsLog, ReadsBackWhatWasLogged) {
  StageCurves curves = FakeSweep().runs[0].curves[0];
  curves.evaluations.back().out_of_patience = true;
  const std::string log = Logged(curves.steps, curves.evaluations);
  const StageMetrics metrics = *ParseMetricsLog(log);
  EXPECT_EQ(Logged(metrics.steps, metrics.evaluations), log);
}

TEST(ParseMetricsLog, CostsFollowFromTheSteps) {
  const RunResult run = FakeSweep().runs[0];
  const StageCurves& curves = run.curves[0];
  const StageMetrics metrics = *ParseMetricsLog(Logged(curves.steps, curves.evaluations));
  EXPECT_EQ(metrics.steps.size(), curves.steps.size());
  EXPECT_EQ(metrics.evaluations.size(), curves.evaluations.size());
  EXPECT_EQ(metrics.tokens, run.tokens);
  EXPECT_EQ(metrics.student_flops, run.student_flops);
  EXPECT_EQ(metrics.total_flops, run.total_flops);
  EXPECT_EQ(metrics.tokens_per_second, curves.steps[0].tokens_per_second);
  int clipped = 0;
  for (const StepRecord& step : curves.steps) clipped += step.clipped;
  EXPECT_EQ(metrics.clipped_share, clipped / 80.0);
}

StepRecord Step(int64_t step, double speed) {
  StepRecord record;
  record.step = step;
  record.tokens = 10 * step;
  record.tokens_per_second = speed;
  record.clipped = step == 1;
  return record;
}

TEST(ParseMetricsLog, MedianAndShareOfAllSteps) {
  const StageMetrics metrics = *ParseMetricsLog(Logged({Step(1, 5), Step(2, 100), Step(3, 9), Step(4, 7)}, {}));
  EXPECT_DOUBLE_EQ(metrics.tokens_per_second, 8);
  EXPECT_DOUBLE_EQ(metrics.clipped_share, 0.25);
  EXPECT_EQ(metrics.tokens, 40);
}

TEST(ParseMetricsLog, WhatEachStepCost) {
  StepRecord second = Step(2, 5);
  second.student_flops = 30;
  second.total_flops = 40;
  const StageMetrics metrics = *ParseMetricsLog(Logged({Step(1, 4), second}, {}));
  ASSERT_EQ(metrics.costs.size(), 2u);
  EXPECT_DOUBLE_EQ(metrics.costs[0].seconds, 2.5);
  EXPECT_DOUBLE_EQ(metrics.costs[1].seconds, 2);
  EXPECT_DOUBLE_EQ(metrics.costs[1].student_flops, 30);
  EXPECT_DOUBLE_EQ(metrics.costs[1].teacher_flops, 10);
}

TEST(ParseMetricsLog, ThinsButKeepsBothEnds) {
  std::vector<StepRecord> steps;
  for (int step = 1; step <= 1000; ++step) steps.push_back(Step(step, 1));
  const StageMetrics metrics = *ParseMetricsLog(Logged(steps, {}), 300);
  EXPECT_LE(metrics.steps.size(), 301u);
  EXPECT_GE(metrics.steps.size(), 200u);
  EXPECT_EQ(metrics.steps.front().step, 1);
  EXPECT_EQ(metrics.steps[1].step, 5);  // Every 4th.
  EXPECT_EQ(metrics.steps.back().step, 1000);
  EXPECT_DOUBLE_EQ(metrics.clipped_share, 0.001);
}

TEST(ParseMetricsLog, NotFiniteReadsBack) {
  StepRecord bad = Step(1, 1);
  bad.loss = std::numeric_limits<double>::infinity();
  bad.gradient_norm = std::numeric_limits<double>::quiet_NaN();
  const StepRecord back = ParseMetricsLog(Logged({bad}, {}))->steps[0];
  EXPECT_EQ(back.loss, bad.loss);
  EXPECT_TRUE(std::isnan(back.gradient_norm));
}

TEST(ParseMetricsLog, ForeignLinesAreNamed) {
  const std::string good = Logged({Step(1, 1)}, {});
  EXPECT_THAT(std::string(ParseMetricsLog(absl::StrCat(good, "{\"step\":2}\n")).status().message()),
              HasSubstr("line 2: want a step or an evaluation as it was written, got {\"step\":2}"));
  EXPECT_FALSE(ParseMetricsLog("nonsense").ok());
  EXPECT_TRUE(ParseMetricsLog("")->steps.empty());
}

TEST(ParseMetricsLog, DamageIsNamed) {
  const std::string log = Logged({Step(1, 1), Step(2, 1)}, {});
  EXPECT_THAT(
      std::string(ParseMetricsLog(absl::StrReplaceAll(log, {{"\"tokens\":20", "\"tokens\":21"}})).status().message()),
      HasSubstr("line 2: "));
  const std::string without_first = log.substr(log.find('\n') + 1);
  EXPECT_THAT(std::string(ParseMetricsLog(without_first).status().message()), HasSubstr("line 1: "));
}

}  // namespace
}  // namespace retort
