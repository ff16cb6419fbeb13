#include "framework/sweep/cut_steps.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(ShareOfSteps, IsWholeWhereThereIsTime) {
  EXPECT_EQ(ShareOfSteps(1e9, 0), 1);
  EXPECT_EQ(ShareOfSteps(600, 10), 1);
  EXPECT_EQ(ShareOfSteps(1, 10), 1);
}

TEST(ShareOfSteps, ComesInEighths) {
  EXPECT_EQ(ShareOfSteps(601, 10), 0.875);
  EXPECT_EQ(ShareOfSteps(1200, 10), 0.5);
  EXPECT_EQ(ShareOfSteps(1e9, 10), 0.125);
}

TEST(CutSteps, CutsTrainingStagesOnly) {
  ExpandedSweep sweep;
  sweep.seeds = {1};
  sweep.variants.emplace_back().name = "base";
  Stage* stage = sweep.variants[0].experiment.add_stage();
  stage->set_name("distil");
  stage->add_loss()->set_name("mlm");
  stage->mutable_budget()->set_tokens(5000);
  sweep.variants[0].experiment.add_stage()->set_name("evaluate");
  Plan plan;
  plan.stages.resize(2);
  plan.stages[0].stage = *stage;
  plan.stages[0].total_steps = 80;
  plan.stages[0].used_by = {{"base", 1, "distil"}};
  plan.stages[1].used_by = {{"base", 1, "evaluate"}};
  const ExpandedSweep cut = CutSteps(sweep, plan, 0.625);
  EXPECT_EQ(cut.variants[0].experiment.stage(0).budget().steps(), 50);
  EXPECT_FALSE(cut.variants[0].experiment.stage(1).has_budget());
}

TEST(LoadShareOfSteps, ReadsWhatWasSaved) {
  const std::string folder = ::testing::TempDir();
  EXPECT_EQ(LoadShareOfSteps(folder + "/nowhere").value(), 0);
  ASSERT_TRUE(SaveShareOfSteps(folder, 0.375).ok());
  EXPECT_EQ(LoadShareOfSteps(folder).value(), 0.375);
}

}  // namespace
}  // namespace retort
