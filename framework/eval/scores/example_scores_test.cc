#include "framework/eval/scores/example_scores.h"

#include <cmath>

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(ExampleScores, MeanIsOfAllRowsNotOfSequences) {
  EXPECT_DOUBLE_EQ((ExampleScores{{2, 0, 9}, {1, 0, 3}}.Mean()), 11.0 / 4);
}

TEST(ExampleScores, MeanOfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(ExampleScores{}.Mean()));
  EXPECT_TRUE(std::isnan((ExampleScores{{0, 0}, {0, 0}}.Mean())));
}

}  // namespace
}  // namespace retort
