#include "framework/report/files/results_json.h"

#include <limits>

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::HasSubstr;

nlohmann::json Render(const SweepResult& sweep) {
  return nlohmann::json::parse(RenderResultsJson(sweep, *Analyse(sweep)), nullptr, false);
}

TEST(RenderResultsJson, HandWorked) {
  const nlohmann::json json = Render(TinySweep());
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["base"], "base");
  EXPECT_EQ(json["metrics"][0]["better"], "lower");
  const nlohmann::json& a = json["variants"][1];
  EXPECT_EQ(a["parameters"], 1234567);
  EXPECT_EQ(a["metrics"][0]["by_seed"]["2"], 6.0);
  EXPECT_EQ(a["metrics"][0]["mean"], 5.0);
  EXPECT_EQ(a["metrics"][0]["difference"]["estimate"], 3.0);
  EXPECT_EQ(a["metrics"][0]["difference"]["verdict"], "undetermined");
  EXPECT_EQ(a["metrics"][0]["difference"]["screening"], true);
  EXPECT_THAT(std::string(a["metrics"][0]["difference"]["words"]), HasSubstr("a: undetermined"));
  EXPECT_TRUE(json["variants"][0]["metrics"][0]["difference"].is_null());
}

TEST(RenderResultsJson, EveryScoreHasWhatItWasMeasuredOn) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) {
    run.scores[0].examples = run.variant + "'s";
    run.scores[0].teacher = "t";
  }
  const nlohmann::json metric = Render(sweep)["variants"][1]["metrics"][0];
  EXPECT_EQ(metric["measured_on"], (nlohmann::json{{"1", "a's"}, {"2", "a's"}}));
  EXPECT_EQ(metric["teacher"], (nlohmann::json{{"1", "t"}, {"2", "t"}}));
  EXPECT_EQ(metric["not_compared"], "other examples");
}

TEST(RenderResultsJson, NumbersThatAreNotFiniteAreSpelled) {
  SweepResult sweep = TinySweep();
  sweep.runs[3].scores[0].metrics["m/cross_entropy"].sum[0] = std::numeric_limits<double>::quiet_NaN();
  const nlohmann::json json = Render(sweep);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["variants"][1]["metrics"][0]["mean"], "nan");
  EXPECT_TRUE(json["variants"][1]["metrics"][0]["difference"]["low"].is_null());
  EXPECT_EQ(json["variants"][1]["metrics"][0]["difference"]["verdict"], "no interval");
}

}  // namespace
}  // namespace retort
