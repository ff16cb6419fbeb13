#include "framework/sweep/plan/most_minutes/cut_steps.h"

#include "framework/base/file.h"
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
  std::get<TrainingWork>(plan.stages[0].work).total_steps = 80;
  plan.stages[0].used_by = {{"base", 1, "distil"}};
  plan.stages[1].work = EvaluationWork();
  plan.stages[1].used_by = {{"base", 1, "evaluate"}};
  const ExpandedSweep cut = CutSteps(sweep, plan, 0.625);
  EXPECT_EQ(cut.variants[0].experiment.stage(0).budget().steps(), 50);
  EXPECT_FALSE(cut.variants[0].experiment.stage(1).has_budget());
}

class ShareOfStepsTest : public ::testing::Test {
 protected:
  ShareOfStepsTest() : folder_(::testing::TempDir()) {
    sweep_.most_minutes = 10;
    sweep_.variants.emplace_back().experiment.add_stage()->set_name("distil");
  }

  const std::string folder_;
  ExpandedSweep sweep_;
};

TEST_F(ShareOfStepsTest, ReadsWhatWasSaved) {
  const std::string folder = ShareFolder(folder_, sweep_);
  EXPECT_EQ(LoadShareOfSteps(folder + "/nowhere"), 0);
  ASSERT_TRUE(SaveShareOfSteps(folder, 0.375).ok());
  EXPECT_EQ(LoadShareOfSteps(folder), 0.375);
}

TEST_F(ShareOfStepsTest, HoldsForItsLimitAndItsBaseExperimentOnly) {
  ExpandedSweep longer = sweep_, other = sweep_, larger = sweep_;
  longer.most_minutes = 1000;
  other.variants[0].experiment.mutable_stage(0)->mutable_budget()->set_steps(5);
  larger.variants.emplace_back().name = "another variant";
  EXPECT_NE(ShareFolder(folder_, longer), ShareFolder(folder_, sweep_));
  EXPECT_NE(ShareFolder(folder_, other), ShareFolder(folder_, sweep_));
  EXPECT_EQ(ShareFolder(folder_, larger), ShareFolder(folder_, sweep_));
}

// A wrong digit would change the steps of all stages.
TEST_F(ShareOfStepsTest, WhatIsDamagedIsDecidedAnew) {
  const std::string path = folder_ + "/share_of_steps.json";
  ASSERT_TRUE(SaveShareOfSteps(folder_, 0.375).ok());
  std::string changed = ReadFile(path).value();
  changed[changed.find('3')] = '8';
  for (const std::string& text :
       {std::string(), std::string("3"), std::string("[0.5]"), std::string(R"({"share": 0.5})"), changed}) {
    ASSERT_TRUE(AtomicWriteFile(path, text).ok());
    EXPECT_EQ(LoadShareOfSteps(folder_), 0) << text;
  }
}

}  // namespace
}  // namespace retort
