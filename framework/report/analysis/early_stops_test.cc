#include "framework/report/analysis/early_stops.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DescribeEarlyStops, NamesStagesStepsAndSeeds) {
  SweepResult result = TinySweep();
  EXPECT_THAT(DescribeEarlyStops(result), IsEmpty());
  result.runs[2].stopped_steps = {{"distil", 140}, {"tune", 60}};  // "a", seed 1.
  result.runs[3].stopped_steps = {{"distil", 160}};
  EXPECT_THAT(DescribeEarlyStops(result),
              ElementsAre("a stopped early: distil after step 140 with seed 1, after step 160 with seed 2; tune after "
                          "step 60 with seed 1"));
}

}  // namespace
}  // namespace retort
