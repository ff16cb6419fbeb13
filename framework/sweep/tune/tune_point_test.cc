#include "framework/sweep/tune/tune_point.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

TEST(TunePoints, AreAllCombinationsInTheOrderOfTheGrid) {
  Tune tune;
  for (const double rate : {1e-5, 3e-4}) tune.add_learning_rate(rate);
  for (const double epochs : {0.5, 2.0}) tune.add_epochs(epochs);
  std::vector<std::string> texts;
  for (const TunePoint& point : TunePoints(tune)) texts.push_back(point.Text());
  EXPECT_THAT(texts, ElementsAre("learning_rate=1e-05,epochs=0.5", "learning_rate=1e-05,epochs=2",
                                 "learning_rate=3e-04,epochs=0.5", "learning_rate=3e-04,epochs=2"));
}

TEST(TunePoint, ChangesWhatItSetsAlone) {
  Stage stage;
  stage.mutable_adamw()->set_learning_rate(1);
  stage.mutable_adamw()->set_beta1(0.5);
  stage.mutable_batch()->set_tokens(100);
  stage.mutable_budget()->set_steps(7);
  TunePoint point;
  point.sequences = 16;
  point.Apply(&stage);
  EXPECT_EQ(point.Text(), "sequences=16");
  EXPECT_EQ(stage.batch().sequences(), 16) << "instead of tokens";
  EXPECT_EQ(stage.adamw().learning_rate(), 1);
  EXPECT_EQ(stage.budget().steps(), 7);
  point.learning_rate = 0.25;
  point.epochs = 3;
  point.Apply(&stage);
  EXPECT_EQ(stage.adamw().learning_rate(), 0.25);
  EXPECT_EQ(stage.adamw().beta1(), 0.5);
  EXPECT_EQ(stage.budget().epochs(), 3);
}

}  // namespace
}  // namespace retort
