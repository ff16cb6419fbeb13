#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/eval/scores/metric_spec.h"
#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/test_cohort.h"
#include "framework/train/test_training.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Values that are fetched for several steps at a time, as on a GPU.

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::ExpectSame;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kOptimizer;
using testing::kSteps;
using testing::kTripleLoss;
using testing::Recorder;
using testing::SevenMembers;
using testing::StatusIs;
using testing::TestCohort;

class CohortFetchTest : public testing::CohortTest {
 protected:
  int64_t steps_per_fetch() const override { return 3; }
};

TEST_F(CohortFetchTest, AMemberHasTheSameBitsInACohortAndAlone) { ExpectSameBitsInACohortAndAlone(); }

TEST_F(CohortFetchTest, StoppedAndResumedHasTheSameBitsAsInOneGo) { ExpectSameBitsStoppedAndResumed(); }

void ExpectSameSteps(const std::vector<StepRecord>& got, const std::vector<StepRecord>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].step, want[i].step);
    EXPECT_EQ(got[i].tokens, want[i].tokens);
    EXPECT_EQ(got[i].student_flops, want[i].student_flops);
    EXPECT_EQ(got[i].total_flops, want[i].total_flops);
    EXPECT_EQ(got[i].loss, want[i].loss);
    EXPECT_EQ(got[i].gradient_norm, want[i].gradient_norm);
    EXPECT_EQ(got[i].clipped, want[i].clipped);
    EXPECT_EQ(got[i].learning_rate, want[i].learning_rate);
    ASSERT_EQ(got[i].terms.size(), want[i].terms.size());
    for (size_t t = 0; t < want[i].terms.size(); ++t) {
      EXPECT_EQ(got[i].terms[t].value, want[i].terms[t].value);
      EXPECT_EQ(got[i].terms[t].count, want[i].terms[t].count);
    }
    EXPECT_GT(got[i].tokens_per_second, 0);
  }
}

TEST_F(CohortFetchTest, ObserversSeeWhatTheySeeStepByStep) {
  std::map<int64_t, Recorder> recorders;
  std::map<int64_t, std::map<std::string, MemberResult>> results;
  for (int64_t steps : {1, 3, 100}) {
    const std::unique_ptr<TestCohort> cohort = Make("by" + std::to_string(steps));
    cohort->options().steps_per_fetch = steps;
    cohort->options().observers = {&recorders[steps]};
    results[steps] = Train(SevenMembers(), cohort.get());
  }
  for (int64_t steps : {3, 100}) {
    for (const auto& [name, records] : recorders[1].steps) {
      SCOPED_TRACE(name);
      ExpectSame(results[steps].at(name), results[1].at(name));
      ExpectSameSteps(recorders[steps].steps[name], records);
      EXPECT_EQ(recorders[steps].events[name], recorders[1].events[name]);
    }
  }
}

// What is due in a step sees all of them.
TEST_F(CohortFetchTest, EvaluationsComeInTheirPlace) {
  const std::unique_ptr<TestCohort> cohort = Make("evaluated");
  CohortOptions& options = cohort->options();
  options.total_steps = 5;
  options.checkpoint_steps = 100;
  options.metrics = {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower}};
  options.evaluate = [](const std::vector<const CohortMember*>& members) {
    return std::vector<std::map<std::string, double>>(members.size(), {{"masked_lm/cross_entropy", 1}});
  };
  options.evaluate_every_steps = 2;
  Recorder recorder;
  options.observers = {&recorder};
  Train({SevenMembers()[0]}, cohort.get());
  EXPECT_THAT(recorder.events["triple"],
              ElementsAre("started at 0", "evaluated 0", "step 1", "step 2", "evaluated 2", "step 3", "step 4",
                          "evaluated 4", "step 5", "evaluated 5", "ended"));
}

// Steps of such rates leave no finite loss soon; that it is seen some steps later changes neither what is said nor the
// member that trains on.
TEST_F(CohortFetchTest, AMemberThatFailsEndsAsStepByStep) {
  const std::string wild = kTripleLoss + std::string("adamw { learning_rate: 1e30 } ");
  const std::vector<testing::TestMember> members = {{"wild", wild, 2, 1}, SevenMembers()[0]};
  std::map<int64_t, std::map<std::string, MemberResult>> results;
  for (int64_t steps : {1, 100}) {
    const std::unique_ptr<TestCohort> cohort = Make("wild" + std::to_string(steps));
    cohort->options().steps_per_fetch = steps;
    cohort->options().checkpoint_steps = 100;
    results[steps] = Train(members, cohort.get());
  }
  ExpectSame(results[100].at("triple"), results[1].at("triple"));
  const MemberResult &late = results[100].at("wild"), &soon = results[1].at("wild");
  EXPECT_THAT(soon.status, StatusIs(absl::StatusCode::kAborted, HasSubstr("want a finite value")));
  EXPECT_EQ(late.status, soon.status);
  EXPECT_LT(soon.progress.step, kSteps - 1);
  EXPECT_EQ(late.progress.step, soon.progress.step);
  EXPECT_EQ(late.progress.tokens, soon.progress.tokens);
}

}  // namespace
}  // namespace retort
