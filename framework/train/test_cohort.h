#ifndef RETORT_FRAMEWORK_TRAIN_TEST_COHORT_H_
#define RETORT_FRAMEWORK_TRAIN_TEST_COHORT_H_

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/testing/matchers.h"
#include "framework/train/cohort.h"
#include "framework/train/test_training.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What tests of cohorts have in common.

namespace retort::testing {

inline const std::string kOptimizer =
    "adamw { learning_rate: 0.01 weight_decay: 0.1 } linear { warmup: 0.25 } clip_norm: 5 ";
constexpr int64_t kSteps = 8;

// Seven members that differ in what they read of the teacher and in size; all steps are alike.
inline std::vector<TestMember> SevenMembers() {
  const std::string mlm = "loss { name: \"mlm\" masked_lm {} } ";
  return {
      {"triple", kTripleLoss + kOptimizer, 2, 1},
      {"masked", "loss { name: \"ce\" soft_targets { temperature: 3 rows: LABELLED } } " + mlm + kOptimizer, 2, 1},
      {"hidden",
       "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } embeddings: true projection: SHARED } } " +
           kOptimizer,
       1, 2},
      {"attention", "loss { name: \"attention\" attention_mse { mapping { top {} } } } " + mlm + kOptimizer, 3, 1},
      {"gold", mlm + kOptimizer, 2, 3},
      {"squares", "loss { name: \"mse\" weight: 0.1 logit_mse { form: GRAM } } " + mlm + kOptimizer, 2, 4},
      {"frozen", kTripleLoss + kOptimizer + "freeze: \"word_embeddings\" normalization: PER_MICRO_BATCH ", 2, 1},
  };
}

// What observers saw, and a stop after a number of steps.
class Recorder : public Observer {
 public:
  void StageStarted(const StageId& id, const StageOutline& plan) override {
    events[id.variant].push_back("started at " + std::to_string(plan.first_step));
  }
  void StepDone(const StageId& id, const StepRecord& record) override {
    events[id.variant].push_back("step " + std::to_string(record.step));
    steps[id.variant].push_back(record);
    if (record.step == stop_after) stop = true;
  }
  void Evaluated(const StageId& id, const EvaluationRecord& record) override {
    events[id.variant].push_back("evaluated " + std::to_string(record.step));
  }
  void Checkpointed(const StageId& id, int64_t step) override {
    events[id.variant].push_back("checkpoint " + std::to_string(step));
  }
  void StageEnded(const StageId& id, const absl::Status& status) override {
    events[id.variant].push_back(status.ok() ? "ended" : "failed");
  }

  std::map<std::string, std::vector<std::string>> events;
  std::map<std::string, std::vector<StepRecord>> steps;
  int64_t stop_after = 0;
  std::atomic<bool> stop{false};
};

class CohortTest : public ::testing::TestWithParam<c10::ScalarType> {
 protected:
  CohortTest() : root_(::testing::TempDir() + "/cohort") { std::filesystem::remove_all(root_); }

  virtual c10::Device device() const { return c10::Device(at::kCPU); }
  virtual int64_t steps_per_fetch() const { return 1; }
  c10::ScalarType precision() const { return HasParam() ? GetParam() : at::kFloat; }
  static bool HasParam() { return ::testing::UnitTest::GetInstance()->current_test_info()->value_param() != nullptr; }

  // A cohort of kSteps steps with a folder of its own.
  std::unique_ptr<TestCohort> Make(const std::string& folder) const {
    auto cohort = std::make_unique<TestCohort>(root_ + "/" + folder, precision(), device());
    cohort->options().total_steps = kSteps;
    cohort->options().checkpoint_steps = 2;
    cohort->options().steps_per_fetch = steps_per_fetch();
    return cohort;
  }

  // Trains members in one go, from their beginning, in a folder that no other call uses.
  std::map<std::string, MemberResult> Train(const std::vector<TestMember>& members) {
    return Train(members, Make("train" + std::to_string(runs_++)).get());
  }

  std::map<std::string, MemberResult> Train(const std::vector<TestMember>& members, TestCohort* cohort) {
    std::vector<CohortMember> made = cohort->Members(members);
    const auto results = TrainCohort(cohort->options(), &made);
    EXPECT_THAT(results, IsOk());
    std::map<std::string, MemberResult> by_name;
    for (size_t i = 0; results.ok() && i < members.size(); ++i) {
      MemberResult result = (*results)[i];
      // The tensor may be the student's own, which ends with this call.
      if (result.parameters.defined()) result.parameters = result.parameters.detach().clone();
      by_name[members[i].name] = result;
    }
    return by_name;
  }

  // Trains until the observer stops it.
  void TrainUntil(int64_t step, const std::vector<TestMember>& members, TestCohort* cohort) {
    Recorder recorder;
    recorder.stop_after = step;
    cohort->options().observers = {&recorder};
    cohort->options().stop = &recorder.stop;
    std::vector<CohortMember> made = cohort->Members(members);
    EXPECT_THAT(
        TrainCohort(cohort->options(), &made),
        StatusIs(absl::StatusCode::kCancelled, ::testing::HasSubstr("interrupted after step " + std::to_string(step))));
    cohort->options().observers.clear();
    cohort->options().stop = nullptr;
  }

  void ExpectSameBitsInACohortAndAlone();
  void ExpectSameBitsStoppedAndResumed();

  const std::string root_;
  int runs_ = 0;
};

inline void ExpectSame(const MemberResult& got, const MemberResult& want) {
  ASSERT_THAT(got.status, IsOk());
  ASSERT_THAT(want.status, IsOk());
  EXPECT_TRUE(got.parameters.equal(want.parameters));
  EXPECT_EQ(got.progress.step, want.progress.step);
  EXPECT_EQ(got.progress.tokens, want.progress.tokens);
  EXPECT_EQ(got.progress.student_flops, want.progress.student_flops);
  EXPECT_EQ(got.progress.total_flops, want.progress.total_flops);
  EXPECT_EQ(got.progress.best_value, want.progress.best_value);
  EXPECT_EQ(got.progress.best_step, want.progress.best_step);
  EXPECT_EQ(got.progress.stopped_step, want.progress.stopped_step);
}

inline void CohortTest::ExpectSameBitsInACohortAndAlone() {
  const std::vector<TestMember> members = SevenMembers();
  const auto together = Train(members);
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(together.at(member.name), Train({member}).at(member.name));
  }
  EXPECT_FALSE(together.at("triple").parameters.equal(together.at("frozen").parameters));
  EXPECT_EQ(together.at("triple").progress.step, kSteps);
  EXPECT_EQ(together.at("triple").progress.tokens, kSteps * 44);
}

inline void CohortTest::ExpectSameBitsStoppedAndResumed() {
  const std::vector<TestMember> members = SevenMembers();
  const auto in_one_go = Train(members);
  const auto cohort = Make("stopped");
  TrainUntil(3, members, cohort.get());  // Between two checkpoints.
  TrainUntil(6, members, cohort.get());  // At a checkpoint.
  Recorder recorder;
  cohort->options().observers = {&recorder};
  const auto resumed = Train(members, cohort.get());
  for (const TestMember& member : members) {
    SCOPED_TRACE(member.name);
    ExpectSame(resumed.at(member.name), in_one_go.at(member.name));
    EXPECT_THAT(recorder.events[member.name], ::testing::ElementsAre("started at 6", "step 7", "step 8", "ended"));
  }
}

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TRAIN_TEST_COHORT_H_
