#include "framework/train/student/keep_best.h"

#include <limits>
#include <vector>

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

const MetricSpecs kSpecs = {{"m/loss", "loss", Nats(), Better::kLower},
                            {"m/accuracy", "accuracy", Percent(), Better::kHigher}};

Keep Best(const std::string& metric, int patience) {
  Keep keep;
  keep.mutable_best()->set_metric(metric);
  if (patience > 0) keep.mutable_best()->set_patience(patience);
  return keep;
}

// The steps, 1 for the first value, after which a state was kept; `progress` as it is at the end.
std::vector<int64_t> KeptSteps(const Keep& keep, const std::vector<double>& values, Progress* progress) {
  std::vector<int64_t> kept;
  for (const double value : values) {
    ++progress->step;
    const absl::StatusOr<bool> best = NoteEvaluation(keep, kSpecs, {{keep.best().metric(), value}}, progress);
    EXPECT_THAT(best, IsOk());
    if (best.ok() && *best) kept.push_back(progress->step);
    if (IsOutOfPatience(keep, *progress)) break;
  }
  return kept;
}

TEST(KeepBest, KeepsTheLowestOrTheHighest) {
  Progress low, high;
  EXPECT_EQ(KeptSteps(Best("m/loss", 0), {5, 3, 4, 3, 2.5}, &low), (std::vector<int64_t>{1, 2, 5}));
  EXPECT_EQ(low.best_value, 2.5);
  EXPECT_EQ(KeptSteps(Best("m/accuracy", 0), {0.5, 0.3, 0.6}, &high), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(high.best_step, 3);
}

TEST(KeepBest, IsOutOfPatienceAfterSoManyEvaluationsInARow) {
  Progress progress;
  KeptSteps(Best("m/loss", 2), {5, 6, 4, 4, 4.5, 1}, &progress);
  EXPECT_EQ(progress.step, 5) << "6 was one evaluation, 4 was better, an equal 4 and 4.5 are two";
  EXPECT_EQ(progress.best_step, 3);
  EXPECT_EQ(progress.evaluations_since_best, 2);
}

TEST(KeepBest, PatienceRunsOutWhereNothingIsANumber) {
  Progress progress;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(KeptSteps(Best("m/loss", 2), {nan, nan, nan, 1}, &progress), (std::vector<int64_t>{1}));
  EXPECT_EQ(progress.step, 3);
}

TEST(KeepBest, NothingIsNotedWithoutIt) {
  Progress progress;
  EXPECT_EQ(NoteEvaluation(Keep(), kSpecs, {{"m/loss", 1}}, &progress).value(), false);
  EXPECT_FALSE(progress.best_value.has_value());
  EXPECT_FALSE(IsOutOfPatience(Keep(), progress));
  progress.evaluations_since_best = 1000;
  EXPECT_FALSE(IsOutOfPatience(Best("m/loss", 0), progress)) << "no patience is said";
}

TEST(KeepBest, AnUnknownMetricNamesTheKnownOnes) {
  Progress progress;
  EXPECT_THAT(NoteEvaluation(Best("m/perplexity", 1), kSpecs, {{"m/accuracy", 1}, {"m/loss", 1}}, &progress),
              IsInvalidArgument("keep.best.metric: want one of m/accuracy, m/loss, got \"m/perplexity\""));
}

}  // namespace
}  // namespace retort
