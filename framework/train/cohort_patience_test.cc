#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/test_cohort.h"
#include "framework/train/test_training.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Early stopping: members that leave a cohort before the others.

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::ExpectSame;
using testing::IsOk;
using testing::kOptimizer;
using testing::kSteps;
using testing::kTripleLoss;
using testing::Recorder;
using testing::StatusIs;
using testing::TestCohort;
using testing::TestMember;

// A member, and the step that was computed last when it left.
using Left = std::pair<size_t, int64_t>;

constexpr char kMetric[] = "masked_lm/cross_entropy";

TestMember Patient(const std::string& name, const std::string& losses, int patience, uint64_t seed) {
  return {
      name,
      losses + kOptimizer + "keep { best { metric: \"" + kMetric + "\" patience: " + std::to_string(patience) + " } }",
      2, seed};
}

// What members are measured to be at first and after each second step.
const std::map<std::string, std::vector<double>>& Script() {
  static const auto* const script = new std::map<std::string, std::vector<double>>{
      {"patient", {3, 4, 5, 6, 3}}, {"steady", {6, 5, 4, 3, 2}}, {"free", {1, 1, 1, 1, 1}}};
  return *script;
}

// One that stops after step 6, one that goes on, and one that keeps the last; the first alone reads the teacher.
std::vector<TestMember> ThreeMembers() {
  const std::string gold = "loss { name: \"mlm\" masked_lm {} } ";
  return {Patient("patient", kTripleLoss, 2, 1), Patient("steady", gold, 1, 2), {"free", gold + kOptimizer, 2, 3}};
}

class CohortPatienceTest : public testing::CohortTest {
 protected:
  // A cohort that is evaluated by the script after each second step.
  std::unique_ptr<TestCohort> MakeScripted(const std::string& folder) {
    auto cohort = Make(folder);
    step_ = 0;
    CohortOptions& options = cohort->options();
    options.step_batch = [this](int64_t step) {
      step_ = step + 1;
      return testing::RandomStep(step);
    };
    options.evaluate = [this](const std::vector<const CohortMember*>& members) { return Evaluate(members); };
    options.evaluate_every_steps = 2;
    options.metrics = {{kMetric, "cross-entropy", Nats(), Better::kLower}};
    options.left = [this](size_t index, const MemberResult& result) {
      left_.emplace_back(index, step_);
      results_.push_back(result);
      if (result.parameters.defined()) results_.back().parameters = result.parameters.detach().clone();
      return absl::OkStatus();
    };
    return cohort;
  }

  absl::StatusOr<std::vector<std::map<std::string, double>>> Evaluate(
      const std::vector<const CohortMember*>& members) const {
    if (step_ == cancelled_evaluation_) return absl::CancelledError("stopped");
    std::vector<std::map<std::string, double>> metrics;
    for (const CohortMember* member : members) {
      metrics.push_back({{kMetric, Script().at(member->id.variant).at(step_ / 2)}});
    }
    return metrics;
  }

  std::map<std::string, MemberResult> InOneGo() { return Train(ThreeMembers(), MakeScripted("in_one_go").get()); }

  int64_t step_ = 0;                   // That was computed last.
  int64_t cancelled_evaluation_ = -1;  // The evaluation after this step is interrupted.
  std::vector<Left> left_;
  std::vector<MemberResult> results_;  // As given to `left`.
};

TEST_F(CohortPatienceTest, AMemberStopsByItselfAndKeepsItsBest) {
  Recorder recorder;
  const auto cohort = MakeScripted("events");
  cohort->options().observers = {&recorder};
  const auto results = Train(ThreeMembers(), cohort.get());
  const Progress& patient = results.at("patient").progress;
  EXPECT_EQ(patient.step, 6);
  EXPECT_EQ(patient.stopped_step, 6);
  EXPECT_EQ(patient.best_step, 2);
  EXPECT_EQ(patient.best_value, 4);
  EXPECT_EQ(patient.tokens, 6 * 44);
  EXPECT_EQ(results.at("steady").progress.step, kSteps);
  EXPECT_EQ(results.at("steady").progress.stopped_step, 0);
  EXPECT_THAT(left_, ElementsAre(Left(0, 6), Left(1, 8), Left(2, 8)));
  EXPECT_THAT(recorder.events["patient"],
              ElementsAre("started at 0", "evaluated 0", "step 1", "step 2", "evaluated 2", "checkpoint 2", "step 3",
                          "step 4", "evaluated 4", "checkpoint 4", "step 5", "step 6", "evaluated 6", "ended"));
}

TEST_F(CohortPatienceTest, WhoLeavesDoesNotChangeTheBitsOfTheOthers) {
  const auto together = InOneGo();
  for (const TestMember& member : ThreeMembers()) {
    SCOPED_TRACE(member.name);
    const auto alone = MakeScripted("alone_" + member.name);
    ExpectSame(Train({member}, alone.get()).at(member.name), together.at(member.name));
  }
}

TEST_F(CohortPatienceTest, ACohortEndsWhenAllHaveStopped) {
  const auto cohort = MakeScripted("all");
  const auto results = Train({ThreeMembers()[0]}, cohort.get());
  EXPECT_EQ(step_, 6) << "no step is computed for nobody";
  EXPECT_EQ(results.at("patient").progress.stopped_step, 6);
}

TEST_F(CohortPatienceTest, PatienceThatEndsWithTheLastStepStopsNothing) {
  const auto cohort = MakeScripted("last");
  const MemberResult result = Train({Patient("patient", kTripleLoss, 3, 1)}, cohort.get()).at("patient");
  EXPECT_EQ(result.progress.step, kSteps);
  EXPECT_EQ(result.progress.stopped_step, 0);
}

// Patience goes on where it was: one evaluation without a better value lies before the interruption, one after it.
TEST_F(CohortPatienceTest, ResumedBeforeItStopsItHasTheSameBits) {
  const auto in_one_go = InOneGo();
  const auto cohort = MakeScripted("before");
  TrainUntil(5, ThreeMembers(), cohort.get());
  const auto resumed = Train(ThreeMembers(), cohort.get());
  for (const TestMember& member : ThreeMembers()) {
    SCOPED_TRACE(member.name);
    ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
  }
}

// Killed between two checkpoints: the steps after the last one are computed again.
TEST_F(CohortPatienceTest, AnOlderCheckpointLeadsToTheSameStop) {
  const auto in_one_go = InOneGo();
  const auto cohort = MakeScripted("older");
  TrainUntil(5, ThreeMembers(), cohort.get());
  for (const TestMember& member : ThreeMembers()) RemoveCheckpoint(cohort->CheckpointFolder(member.name), 5);
  const auto resumed = Train(ThreeMembers(), cohort.get());
  for (const TestMember& member : ThreeMembers()) ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
}

// Who has left has a result already; the others go on without it.
TEST_F(CohortPatienceTest, ResumedAfterOneHasLeftTheOthersHaveTheSameBits) {
  const auto in_one_go = InOneGo();
  left_.clear();
  results_.clear();
  const auto cohort = MakeScripted("after");
  TrainUntil(7, ThreeMembers(), cohort.get());
  ASSERT_THAT(left_, ElementsAre(Left(0, 6)));
  ExpectSame(results_[0], in_one_go.at("patient"));
  Recorder recorder;
  cohort->options().observers = {&recorder};
  const std::vector<TestMember> others = {ThreeMembers()[1], ThreeMembers()[2]};
  const auto resumed = Train(others, cohort.get());
  for (const TestMember& member : others) {
    SCOPED_TRACE(member.name);
    ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
    EXPECT_EQ(recorder.events[member.name].front(), "started at 7");
  }
}

TEST_F(CohortPatienceTest, AnInterruptedEvaluationStopsWhenItIsMadeUpFor) {
  const auto in_one_go = InOneGo();
  const auto cohort = MakeScripted("due");
  cohort->options().checkpoint_steps = 100;
  cancelled_evaluation_ = 6;
  std::vector<CohortMember> made = cohort->Members({ThreeMembers()[0]});
  EXPECT_THAT(TrainCohort(cohort->options(), &made), StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  cancelled_evaluation_ = -1;
  Recorder recorder;
  cohort->options().observers = {&recorder};
  const auto resumed = Train({ThreeMembers()[0]}, cohort.get());
  ExpectSame(resumed.at("patient"), in_one_go.at("patient"));
  EXPECT_THAT(recorder.events["patient"], ElementsAre("started at 6", "evaluated 6", "ended"));
}

TEST_F(CohortPatienceTest, AnErrorOfWhoStoresAResultEndsTheTraining) {
  const auto cohort = MakeScripted("store");
  cohort->options().left = [](size_t, const MemberResult&) { return absl::ResourceExhaustedError("no room"); };
  std::vector<CohortMember> made = cohort->Members(ThreeMembers());
  EXPECT_THAT(TrainCohort(cohort->options(), &made), StatusIs(absl::StatusCode::kResourceExhausted, "no room"));
  EXPECT_EQ(step_, 6);
}

}  // namespace
}  // namespace retort
