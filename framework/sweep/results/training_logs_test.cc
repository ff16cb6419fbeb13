#include "framework/sweep/results/training_logs.h"

#include <string>

#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

// base and v train beside the same teacher, w without one.
class TrainingLogsTest : public ::testing::Test {
 protected:
  TrainingLogsTest() : store_(sweep_.folder() + "/store") {
    plan_ = sweep_
                .Make(sweep_.Text(R"(
    controls: NONE
    variant { name: "v" overlay { stage { name: "distil" adamw { learning_rate: 2e-3 } } } }
    variant { name: "w" overlay { stage { name: "distil" adamw { learning_rate: 4e-3 } } } })"))
                .value();
  }

  int Find(const std::string& variant) const { return plan_.Find(variant, 1, "distil"); }

  // One step of 30 tokens.
  void Log(const std::string& variant, double tokens_per_second, double student_flops, double teacher_flops) {
    MetricsLog log([&](const StageId& id) { return store_.Folder(plan_.stages[Find(id.variant)].key); });
    const StageId id{variant, 1, "distil"};
    log.StageStarted(id, {});
    StepRecord record;
    record.step = 1;
    record.tokens = 30;
    record.tokens_per_second = tokens_per_second;
    record.student_flops = student_flops;
    record.total_flops = student_flops + teacher_flops;
    log.StepDone(id, record);
    EXPECT_THAT(log.status(), IsOk());
  }

  testing::TestSweep sweep_;
  const Store store_;
  Plan plan_;
};

// A step of 3 s and of 60 operations: base has 10 of them and half of the teacher's 10, w, which it does not teach, 10.
TEST_F(TrainingLogsTest, AStudentsTimeIsItsPartOfTheStepsThatItShared) {
  Log("base", 10, 10, 10);
  Log("v", 10, 30, 10);
  Log("w", 10, 10, 0);
  const auto logs = TrainingLogs::Read(plan_, {}, store_);
  ASSERT_THAT(logs, IsOk());
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("base")), 3 * 15.0 / 60);
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("v")), 3 * 35.0 / 60);
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("w")), 3 * 10.0 / 60);
}

TEST_F(TrainingLogsTest, StepsOfAnotherSpeedWereNotShared) {
  Log("base", 10, 10, 10);
  Log("v", 20, 30, 10);
  Log("w", 30, 0, 0);
  const auto logs = TrainingLogs::Read(plan_, {}, store_);
  ASSERT_THAT(logs, IsOk());
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("base")), 3);
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("v")), 1.5);
  EXPECT_DOUBLE_EQ(logs->SecondsOf(Find("w")), 1) << "operations are not known";
}

TEST_F(TrainingLogsTest, OnlyFailedStagesMayLackALog) {
  Log("base", 10, 10, 10);
  const StageStatuses failed = {{Find("v"), absl::InternalError("")}, {Find("w"), absl::InternalError("")}};
  const auto logs = TrainingLogs::Read(plan_, failed, store_);
  ASSERT_THAT(logs, IsOk());
  EXPECT_NE(logs->Find(Find("base")), nullptr);
  EXPECT_EQ(logs->Find(Find("v")), nullptr);
  EXPECT_FALSE(TrainingLogs::Read(plan_, {}, store_).ok());
}

}  // namespace
}  // namespace retort
