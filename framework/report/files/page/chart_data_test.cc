#include "framework/report/files/page/chart_data.h"

#include <limits>

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kMany = 10'000'000;

nlohmann::json Render(const SweepResult& sweep) {
  return nlohmann::json::parse(RenderChartData(sweep, kMany), nullptr, /*allow_exceptions=*/false);
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
  EXPECT_EQ(json["stages"], nlohmann::json({"distil"}));
  const nlohmann::json& distil = run["stages"]["distil"];
  EXPECT_EQ(distil["evaluations"]["tokens"].size(), 9u);
  EXPECT_EQ(distil["steps"]["terms"]["ce"]["weight"], 5);
  EXPECT_EQ(distil["steps"]["terms"]["ce"]["values"].size(), distil["steps"]["tokens"].size());
  EXPECT_FALSE(json["variants"][1]["runs"][0]["stages"]["distil"]["steps"]["terms"].contains("ce"));  // no_ce
}

TEST(RenderChartData, StagesInTheirOrder) {
  SweepResult sweep = TinySweep();
  StageCurves general = sweep.runs[0].curves[0], silent;
  general.stage = "general";
  silent.stage = "silent";
  for (RunResult& run : sweep.runs) run.curves.insert(run.curves.begin(), {general, silent});
  const nlohmann::json json = Render(sweep);
  EXPECT_EQ(json["stages"], (nlohmann::json{"general", "distil"}));
  EXPECT_EQ(json["variants"][1]["runs"][0]["stages"]["general"]["evaluations"]["step"], nlohmann::json({5}));
}

TEST(RenderChartData, VariantsWithoutCurvesAreLeftOut) {
  SweepResult sweep = TinySweep();
  const std::string name = sweep.variants[1].name;
  EXPECT_THAT(VariantsWithCurves(sweep), ElementsAre(sweep.variants[0].name, name));
  for (RunResult& run : sweep.runs) {
    if (run.variant == sweep.variants[0].name) run.curves.clear();
  }
  EXPECT_THAT(VariantsWithCurves(sweep), ElementsAre(name));
  const nlohmann::json variants = Render(sweep)["variants"];
  ASSERT_EQ(variants.size(), 1u);
  EXPECT_EQ(variants[0]["name"], name);
  EXPECT_EQ(variants[0]["base"], false);
}

TEST(RenderChartData, MarksWhatWasEvaluatedOnOtherExamples) {
  SweepResult sweep = TinySweep();
  EXPECT_EQ(Render(sweep)["variants"][1]["other_examples"], false);
  for (RunResult& run : sweep.runs) run.curves[0].evaluation_examples = run.variant;
  EXPECT_EQ(Render(sweep)["variants"][0]["other_examples"], false);
  EXPECT_EQ(Render(sweep)["variants"][1]["other_examples"], true);
}

TEST(RenderChartData, SafeInsideAScript) {
  SweepResult sweep = TinySweep();
  sweep.variants[1].name = sweep.runs[2].variant = sweep.runs[3].variant = "</script><!--";
  const std::string json = RenderChartData(sweep, kMany);
  EXPECT_THAT(json, Not(HasSubstr("<")));
  EXPECT_EQ(nlohmann::json::parse(json)["variants"][1]["name"], "</script><!--");
}

TEST(RenderChartData, ThinnedUntilItFits) {
  const SweepResult sweep = FakeSweep();
  const size_t whole = RenderChartData(sweep, kMany).size();
  const std::string text = RenderChartData(sweep, whole / 2);
  EXPECT_LE(text.size(), whole / 2);
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  EXPECT_GT(json["every"], 1);
  const nlohmann::json steps = json["variants"][0]["runs"][0]["stages"]["distil"]["steps"]["step"];
  EXPECT_EQ(steps.front(), 1);
  EXPECT_EQ(steps.back(), 80);
  EXPECT_GE(
      nlohmann::json::parse(RenderChartData(sweep, 1))["variants"][0]["runs"][0]["stages"]["distil"]["steps"]["step"]
          .size(),
      25u);
}

TEST(RenderChartData, NotFiniteIsNull) {
  SweepResult sweep = TinySweep();
  sweep.runs[0].curves[0].evaluations[0].metrics["m/cross_entropy"] = std::numeric_limits<double>::infinity();
  const nlohmann::json distil = Render(sweep)["variants"][0]["runs"][0]["stages"]["distil"];
  EXPECT_TRUE(distil["evaluations"]["metrics"]["m/cross_entropy"][0].is_null());
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
