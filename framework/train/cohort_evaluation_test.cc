#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/test_cohort.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

// Evaluations while students train, and what is kept by them.

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::kOptimizer;
using testing::kSteps;
using testing::kTripleLoss;
using testing::Recorder;
using testing::SevenMembers;
using testing::TestCohort;
using testing::TestMember;

class CohortEvaluationTest : public testing::CohortTest {};

// An evaluator that gives out a list of made-up numbers, one by one; the same for all members.
CohortEvaluator Scripted(const std::string& metric, std::vector<double> values, int64_t* evaluations) {
  return [=](const std::vector<const CohortMember*>& members) {
    std::map<std::string, double> metrics{{metric, values.at((*evaluations)++)}, {"other", 1}};
    return absl::StatusOr<std::vector<std::map<std::string, double>>>(
        std::vector<std::map<std::string, double>>(members.size(), metrics));
  };
}

MetricSpecs TwoMetrics() {
  return {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower},
          {"masked_lm/accuracy", "accuracy", Percent(), Better::kHigher}};
}

TestMember KeepsBest(const std::string& metric) {
  return {"best", kTripleLoss + kOptimizer + "keep { best { metric: \"" + metric + "\" } }", 2, 1};
}

// The parameters after a number of steps of the whole training.
at::Tensor After(int64_t steps, const TestMember& member, const std::string& folder) {
  TestCohort cohort(folder);
  cohort.options().total_steps = kSteps;
  cohort.options().checkpoint_steps = 1;
  std::vector<CohortMember> made = cohort.Members({member});
  Recorder recorder;
  recorder.stop_after = steps;
  cohort.options().observers = {&recorder};
  cohort.options().stop = &recorder.stop;
  const auto ignored = TrainCohort(cohort.options(), &made);
  return LoadCheckpoint(cohort.CheckpointFolder(member.name), steps)->state.parameters;
}

TEST_F(CohortEvaluationTest, KeepsTheBestOfAMetric) {
  const std::vector<double> values = {9, 5, 3, 4, 3.5};
  for (const auto& [metric, best_step] :
       {std::pair(std::string("masked_lm/cross_entropy"), 4), std::pair(std::string("masked_lm/accuracy"), 2)}) {
    SCOPED_TRACE(metric);
    int64_t evaluations = 0;
    const TestMember member = KeepsBest(metric);
    const auto cohort = Make("keep" + std::to_string(best_step));
    cohort->options().evaluate = Scripted(metric, values, &evaluations);
    cohort->options().evaluate_every_steps = 2;
    cohort->options().metrics = TwoMetrics();
    const MemberResult result = Train({member}, cohort.get()).at("best");
    ASSERT_THAT(result.status, IsOk());
    EXPECT_EQ(evaluations, 5);
    EXPECT_EQ(result.progress.best_step, best_step);
    EXPECT_EQ(result.progress.best_value, values[best_step / 2]);
    EXPECT_TRUE(result.parameters.equal(After(best_step, member, root_ + "/after" + std::to_string(best_step))));
  }
}

// What was there before the first step is no result of the training, and no evaluation that patience counts.
TEST_F(CohortEvaluationTest, TheBeginningIsEvaluatedAndNotKept) {
  int64_t evaluations = 0;
  Recorder recorder;
  const auto cohort = Make("beginning");
  cohort->options().observers = {&recorder};
  cohort->options().evaluate = Scripted("masked_lm/cross_entropy", {1, 5, 3, 4, 3.5}, &evaluations);
  cohort->options().evaluate_every_steps = 2;
  cohort->options().metrics = TwoMetrics();
  const TestMember patient = {
      "best", kTripleLoss + kOptimizer + "keep { best { metric: \"masked_lm/cross_entropy\" patience: 1 } }", 2, 1};
  const MemberResult result = Train({patient}, cohort.get()).at("best");
  EXPECT_THAT(recorder.events["best"],
              ElementsAre("started at 0", "evaluated 0", "step 1", "step 2", "evaluated 2", "checkpoint 2", "step 3",
                          "step 4", "evaluated 4", "checkpoint 4", "step 5", "step 6", "evaluated 6", "ended"));
  EXPECT_EQ(result.progress.best_step, 4);
  EXPECT_EQ(result.progress.stopped_step, 6);
}

TEST_F(CohortEvaluationTest, RemembersTheBestWhenResumed) {
  int64_t evaluations = 0;
  const auto cohort = Make("remember");
  cohort->options().evaluate = Scripted("masked_lm/cross_entropy", {9, 5, 3, 4, 3.5}, &evaluations);
  cohort->options().metrics = TwoMetrics();
  cohort->options().evaluate_every_steps = 2;
  const TestMember member = KeepsBest("masked_lm/cross_entropy");
  TrainUntil(6, {member}, cohort.get());
  const MemberResult result = Train({member}, cohort.get()).at("best");
  EXPECT_EQ(evaluations, 5);
  EXPECT_EQ(result.progress.best_step, 4);
  EXPECT_EQ(result.progress.best_value, 3);
  EXPECT_TRUE(result.parameters.equal(After(4, member, root_ + "/after")));
}

// The step is kept without its evaluation, which a resumed training does first.
TEST_F(CohortEvaluationTest, AnInterruptedEvaluationIsDoneWhenTrainingGoesOn) {
  const TestMember member = KeepsBest("masked_lm/cross_entropy");
  const std::vector<double> values = {9, 5, 3, 4, 3.5};
  const auto make = [&](const std::string& folder, CohortEvaluator evaluate, Recorder* recorder) {
    auto cohort = Make(folder);
    cohort->options().checkpoint_steps = 100;
    cohort->options().evaluate = std::move(evaluate);
    cohort->options().metrics = TwoMetrics();
    cohort->options().evaluate_every_steps = 2;
    cohort->options().observers = {recorder};
    return cohort;
  };
  int64_t evaluations = 0;
  Recorder whole, before, after;
  const auto in_one_go = make("whole", Scripted("masked_lm/cross_entropy", values, &evaluations), &whole);
  const MemberResult want = Train({member}, in_one_go.get()).at("best");

  evaluations = 0;
  const CohortEvaluator evaluate = Scripted("masked_lm/cross_entropy", values, &evaluations);
  const auto stopped = make(
      "stopped",
      [&](const std::vector<const CohortMember*>& members)
          -> absl::StatusOr<std::vector<std::map<std::string, double>>> {
        if (evaluations == 2) return absl::CancelledError("stopped");
        return evaluate(members);
      },
      &before);
  std::vector<CohortMember> made = stopped->Members({member});
  EXPECT_THAT(TrainCohort(stopped->options(), &made), testing::StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  EXPECT_THAT(ListCheckpoints(stopped->CheckpointFolder("best")), ElementsAre(4));

  const auto resumed = make("stopped", evaluate, &after);
  const MemberResult got = Train({member}, resumed.get()).at("best");
  EXPECT_EQ(evaluations, 5);
  EXPECT_TRUE(got.parameters.equal(want.parameters));
  EXPECT_EQ(got.progress.best_step, want.progress.best_step);
  EXPECT_THAT(after.events["best"], ElementsAre("started at 4", "evaluated 4", "step 5", "step 6", "evaluated 6",
                                                "step 7", "step 8", "evaluated 8", "ended"));
}

TEST_F(CohortEvaluationTest, AMetricThatIsNotANumberIsNeverTheBest) {
  int64_t evaluations = 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto cohort = Make("nan");
  cohort->options().evaluate = Scripted("masked_lm/cross_entropy", {9, nan, 3, nan, 4}, &evaluations);
  cohort->options().metrics = TwoMetrics();
  cohort->options().evaluate_every_steps = 2;
  const MemberResult result = Train({KeepsBest("masked_lm/cross_entropy")}, cohort.get()).at("best");
  EXPECT_EQ(result.progress.best_step, 4);
  EXPECT_EQ(result.progress.best_value, 3);
}

TEST_F(CohortEvaluationTest, AnUnknownMetricNamesTheKnownOnes) {
  int64_t evaluations = 0;
  const auto cohort = Make("unknown");
  cohort->options().evaluate = Scripted("masked_lm/accuracy", {1, 1}, &evaluations);
  cohort->options().evaluate_every_steps = 1;
  std::vector<CohortMember> made = cohort->Members({KeepsBest("masked_lm/perplexity")});
  EXPECT_THAT(
      TrainCohort(cohort->options(), &made),
      IsInvalidArgument("keep.best.metric: want one of masked_lm/accuracy, other, got \"masked_lm/perplexity\""));
}

TEST_F(CohortEvaluationTest, EvaluatesEverySoManyTokensAndAtTheEnd) {
  int64_t evaluations = 0;
  Recorder recorder;
  const auto cohort = Make("tokens");
  cohort->options().observers = {&recorder};
  cohort->options().evaluate = Scripted("x", std::vector<double>(10, 1), &evaluations);
  cohort->options().evaluate_every_tokens = 100;  // 44 a step: after steps 3, 5, 7; and 8 is the last.
  Train({SevenMembers()[0]}, cohort.get());
  std::vector<std::string> evaluated;
  for (const std::string& event : recorder.events["triple"]) {
    if (event.rfind("evaluated", 0) == 0) evaluated.push_back(event);
  }
  EXPECT_THAT(evaluated, ElementsAre("evaluated 0", "evaluated 3", "evaluated 5", "evaluated 7", "evaluated 8"));
}

}  // namespace
}  // namespace retort
