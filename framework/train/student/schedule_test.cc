#include "framework/train/student/schedule.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(ScheduleFactor, IsOneWithoutASchedule) {
  EXPECT_EQ(ScheduleFactor(Stage(), 0, 10), 1);
  EXPECT_EQ(ScheduleFactor(Stage(), 9, 10), 1);
}

TEST(ScheduleFactor, WarmsUpThenFallsLinearly) {
  Stage stage;
  stage.mutable_linear()->set_warmup(0.2);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 0, 10), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 1, 10), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 2, 10), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 6, 10), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 9, 10), 0.125);
}

TEST(ScheduleFactor, FallsAlongHalfACosine) {
  Stage stage;
  stage.mutable_cosine()->set_warmup(0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 0, 8), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 4, 8), 0.5);
  EXPECT_NEAR(ScheduleFactor(stage, 2, 8), 0.8535533905932737, 1e-15);
}

TEST(ScheduleFactor, StaysAtThePeakAfterAWarmup) {
  Stage stage;
  stage.mutable_constant()->set_warmup(0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 0, 8), 0.25);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 5, 8), 1);
}

TEST(ScheduleFactor, CanBeginAtZero) {
  Stage stage;
  stage.mutable_linear()->set_warmup(0.2);
  stage.mutable_linear()->set_from_zero(true);
  EXPECT_EQ(ScheduleFactor(stage, 0, 10), 0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 1, 10), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 2, 10), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 9, 10), 0.125);
  stage.mutable_linear()->set_warmup(0);
  EXPECT_EQ(ScheduleFactor(stage, 0, 10), 1) << "there is no warm-up";
}

// 0.25 · 10 = 2.5 steps: BertAdam's warmup_linear of x = t / 10 is x / 0.25, then (1 - x) / 0.75.
TEST(ScheduleFactor, FromZeroTakesTheShareAsItIs) {
  Stage stage;
  stage.mutable_linear()->set_warmup(0.25);
  stage.mutable_linear()->set_from_zero(true);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 2, 10), 0.8);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 3, 10), 0.7 / 0.75);
  stage.mutable_linear()->set_from_zero(false);
  EXPECT_DOUBLE_EQ(ScheduleFactor(stage, 2, 10), 1);
}

}  // namespace
}  // namespace retort
