#include "framework/report/files/results_json.h"

#include <cmath>
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
  EXPECT_EQ(a["metrics"][0]["median"], 5.0);
  EXPECT_EQ(a["metrics"][0]["difference"]["estimate"], 3.0);
  EXPECT_EQ(a["metrics"][0]["difference"]["verdict"], "undetermined");
  EXPECT_EQ(a["metrics"][0]["difference"]["screening"], true);
  EXPECT_THAT(std::string(a["metrics"][0]["difference"]["words"]), HasSubstr("a: undetermined"));
  EXPECT_TRUE(json["variants"][0]["metrics"][0]["difference"].is_null());
}

TEST(RenderResultsJson, HowItWasRunAndWhatVariantsChange) {
  SweepResult sweep = FakeSweep();
  sweep.settings = {{"student.init", std::vector<std::string>(9, "copy")}};
  const nlohmann::json json = Render(sweep);
  EXPECT_EQ(json["environment"]["commit"], "e8e1874");
  EXPECT_EQ(json["run"]["seconds"], 754.0);
  EXPECT_EQ(json["settings"][0]["values"].size(), 9u);
  EXPECT_EQ(json["teachers"][0]["parameters"], 109'514'298);
  EXPECT_EQ(json["variants"][0]["teacher_parameters"], 109'514'298);
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

TEST(RenderResultsJson, SaysWhatWasTunedStoppedAndAveraged) {
  SweepResult sweep = TinySweep();
  TunedStage tuned{"a", "distil", "select", 9, sweep.metrics[0], {}};
  tuned.points = {{"learning_rate=0.1", std::nullopt, "loss is NaN"}, {"learning_rate=0.01", 2.5, ""}};
  tuned.chosen = 1;
  sweep.tuning = {tuned};
  sweep.runs[2].stopped_steps = {{"distil", 140}};
  sweep.macros = {{sweep.metrics[0], {{"x", {{"eval", "m/cross_entropy"}}}}}};
  sweep.macros[0].metric.name = "macro";
  const nlohmann::json json = Render(sweep);
  const nlohmann::json& search = json["tuning"][0];
  EXPECT_EQ(search["metric"], "m/cross_entropy");
  EXPECT_EQ(search["chosen"], 1);
  EXPECT_EQ(search["points"][0]["error"], "loss is NaN");
  EXPECT_TRUE(search["points"][0]["score"].is_null());
  EXPECT_EQ(search["points"][1]["score"], 2.5);
  EXPECT_EQ(json["variants"][1]["stopped_steps"], (nlohmann::json{{"1", {{"distil", 140}}}}));
  EXPECT_EQ(json["metrics"][1]["metric"], "macro");
  EXPECT_EQ(json["metrics"][1]["average_of"], (nlohmann::json{"m/cross_entropy"}));
  EXPECT_FALSE(json["metrics"][0].contains("average_of"));
}

TEST(RenderResultsJson, SaysWhatBecameOfPublishedEffects) {
  const nlohmann::json json = Render(TaskSweep());
  EXPECT_EQ(json["margin"], 3.0);
  EXPECT_EQ(json["published"][1]["answers"], "cola/classification/matthews");
  ASSERT_EQ(json["effects"].size(), 3u);
  const nlohmann::json& no_task = json["effects"][0];
  EXPECT_EQ(no_task["variant"], "no_task");
  EXPECT_EQ(no_task["answering_metric"], "macro");
  EXPECT_EQ(no_task["verdict"], "equivalent");
  EXPECT_EQ(no_task["words"], "equivalent within ±3 points");
  EXPECT_LT(no_task["equivalence_p_holm"], 0.05);
  EXPECT_EQ(json["effects"][2]["answering_metric"], "sst2/classification/accuracy");
  EXPECT_EQ(json["effects"][2]["verdict"], "opposite sign");
}

TEST(RenderResultsJson, TeachersHaveTheirDeviations) {
  SweepResult sweep = TinySweep();
  for (const uint64_t seed : {1, 2}) {
    const double sum = 2 * static_cast<double>(seed);
    sweep.teachers.push_back({"@t", {"eval", "report", {{"m/cross_entropy", {{sum, 0}, {1, 1}}}}, "", ""}, seed});
  }
  const nlohmann::json teacher = Render(sweep)["teachers"][0];
  EXPECT_EQ(teacher["values"], nlohmann::json({1.5}));
  EXPECT_NEAR(teacher["sds"][0].get<double>(), 0.5 * std::sqrt(2.0), 1e-12);
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
