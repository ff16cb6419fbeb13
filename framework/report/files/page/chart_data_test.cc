#include "framework/report/files/page/chart_data.h"

#include <limits>

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::json Render(const SweepResult& sweep) {
  return nlohmann::json::parse(RenderChartData(sweep), nullptr, /*allow_exceptions=*/false);
}

TEST(RenderChartData, CurvesOfEveryRun) {
  const nlohmann::json json = Render(FakeSweep());
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["metrics"][0]["name"], "masked_lm/cross_entropy");
  EXPECT_EQ(json["metrics"][1]["title"], "accuracy, %");
  EXPECT_EQ(json["terms"], nlohmann::json({"ce", "cos", "mlm", "hidden", "attention"}));
  ASSERT_EQ(json["variants"].size(), 9u);
  EXPECT_EQ(json["variants"][0]["base"], true);
  const nlohmann::json& run = json["variants"][0]["runs"][2];
  EXPECT_EQ(run["seed"], 3);
  EXPECT_EQ(run["evaluations"]["tokens"].size(), 9u);
  EXPECT_EQ(run["steps"]["terms"]["ce"]["weight"], 5);
  EXPECT_EQ(run["steps"]["terms"]["ce"]["values"].size(), run["steps"]["tokens"].size());
  EXPECT_FALSE(json["variants"][1]["runs"][0]["steps"]["terms"].contains("ce"));  // no_ce
}

TEST(RenderChartData, MarksWhatWasEvaluatedOnOtherExamples) {
  SweepResult sweep = TinySweep();
  EXPECT_EQ(Render(sweep)["variants"][1]["other_examples"], false);
  for (RunResult& run : sweep.runs) run.evaluation_examples = run.variant;
  EXPECT_EQ(Render(sweep)["variants"][0]["other_examples"], false);
  EXPECT_EQ(Render(sweep)["variants"][1]["other_examples"], true);
}

TEST(RenderChartData, SafeInsideAScript) {
  SweepResult sweep = TinySweep();
  sweep.variants[1].name = sweep.runs[2].variant = sweep.runs[3].variant = "</script><!--";
  const std::string json = RenderChartData(sweep);
  EXPECT_THAT(json, Not(HasSubstr("<")));
  EXPECT_EQ(nlohmann::json::parse(json)["variants"][1]["name"], "</script><!--");
}

TEST(RenderChartData, NotFiniteIsNull) {
  SweepResult sweep = TinySweep();
  sweep.runs[0].evaluations[0].metrics["m/cross_entropy"] = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(Render(sweep)["variants"][0]["runs"][0]["evaluations"]["metrics"]["m/cross_entropy"][0].is_null());
}

TEST(RenderChartData, FailedRunsOnlyWhereNoneFinished) {
  SweepResult sweep = TinySweep();
  sweep.runs[2].error = "NaN";
  EXPECT_EQ(Render(sweep)["variants"][1]["runs"].size(), 1u);
  sweep.runs[3].error = "NaN";
  EXPECT_EQ(Render(sweep)["variants"][1]["runs"].size(), 2u);
}

}  // namespace
}  // namespace retort
