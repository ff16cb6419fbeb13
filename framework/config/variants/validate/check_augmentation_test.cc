#include "framework/config/variants/validate/check_augmentation.h"

#include <string>

#include "framework/base/problems.h"
#include "framework/config/sweep.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

Stage GoodStage() {
  Stage stage;
  stage.set_name("more");
  stage.set_task("rte");
  stage.mutable_data();
  Augmentation* augmentation = stage.mutable_augmentation();
  augmentation->set_model("teacher");
  augmentation->set_copies(20);
  augmentation->set_candidates(15);
  augmentation->set_probability(0.4);
  augmentation->set_words(100000);
  return stage;
}

std::string ErrorOf(const Stage& stage) {
  Problems problems;
  CheckAugmentation("stage \"more\": ", stage, &problems);
  return std::string(problems.ToStatus().message());
}

TEST(CheckAugmentationTest, NamesWhatIsBesideItThatSaysNothingOfIt) {
  EXPECT_EQ(ErrorOf(GoodStage()), "");
  Stage stage = GoodStage();
  stage.mutable_budget()->set_steps(3);
  stage.set_clip_norm(1);
  EXPECT_EQ(
      ErrorOf(stage),
      "stage \"more\": augmentation: want `data` beside it alone, got budget, clip_norm; leave out what is not of "
      "the augmentation");
}

TEST(CheckAugmentationTest, NumbersAreInTheirRanges) {
  Stage stage = GoodStage();
  stage.mutable_augmentation()->set_copies(0);
  stage.mutable_augmentation()->set_probability(2);
  EXPECT_EQ(ErrorOf(stage),
            "stage \"more\": augmentation: copies: want > 0, got 0\n"
            "stage \"more\": augmentation: probability: want a number from 0 to 1, got 2");
}

}  // namespace
}  // namespace retort
