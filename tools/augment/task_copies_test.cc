#include "tools/augment/task_copies.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(TaskCopiesTest, AreThoseOfTheAuthorsCode) {
  EXPECT_EQ(*CopiesOfTask("CoLA"), 30);
  EXPECT_EQ(*CopiesOfTask("COLA"), 30);
  EXPECT_EQ(*CopiesOfTask("sst-2"), 20);
  EXPECT_EQ(*CopiesOfTask("MNLI"), 10);
}

TEST(TaskCopiesTest, OtherTasksAreErrors) {
  EXPECT_THAT(CopiesOfTask("WNLI"), testing::IsInvalidArgument("--task: want one of CoLA, MNLI, MRPC, QNLI, QQP, RTE, "
                                                               "SST-2, STS-B, got WNLI"));
}

}  // namespace
}  // namespace retort
