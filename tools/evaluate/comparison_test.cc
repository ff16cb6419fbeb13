#include "tools/evaluate/comparison.h"

#include <cmath>
#include <limits>

#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

const MetricSpecs& Metrics() {
  static const auto* const metrics = new MetricSpecs{{"task/accuracy", "accuracy", Percent(), Better::kHigher},
                                                     {"task/error", "error", {}, Better::kLower},
                                                     {"task/other", "other"}};
  return *metrics;
}

ModelResult Result(const std::string& model, std::vector<double> right, std::vector<double> errors) {
  ModelResult result;
  result.model = model;
  result.measured_on = "examples";
  const std::vector<double> ones(right.size(), 1);
  result.scores["task/accuracy"] = {std::move(right), ones};
  result.scores["task/error"] = {errors, std::vector<double>(errors.size(), 1)};
  return result;
}

std::vector<ModelResult> TwoModels() {
  return {Result("a", {1, 0, 1, 0}, {1, 2, 3, 4}), Result("b", {1, 1, 1, 0}, {1.5, 2.5, 3.5, 4.5})};
}

// a: mean 1/2, variance 1/3 over 4 examples; the differences 0 1 0 0: mean 1/4, variance 1/4 over 4.
TEST(Compare, GivesStandardErrorsAndPairedDifferences) {
  const auto comparisons = Compare(Metrics(), TwoModels());
  ASSERT_THAT(comparisons, IsOk());
  ASSERT_EQ(comparisons->size(), 2u);  // None of the metric that was not measured.
  const MetricComparison& accuracy = comparisons->front();
  EXPECT_DOUBLE_EQ(accuracy.values[0].estimate, 0.5);
  EXPECT_NEAR(accuracy.values[0].standard_error, std::sqrt(1.0 / 3 / 4), 1e-12);
  EXPECT_FALSE(accuracy.differences[0]);
  EXPECT_DOUBLE_EQ(accuracy.differences[1]->estimate, 0.25);
  EXPECT_NEAR(accuracy.differences[1]->standard_error, std::sqrt(1.0 / 4 / 4), 1e-12);
  EXPECT_NEAR(*accuracy.differences[1]->low, 0.25 - 3.182446 * 0.25, 1e-5);  // t(3)
}

TEST(Compare, OneValueForAllExamplesHasNoInterval) {
  std::vector<ModelResult> models = TwoModels();
  models[1].scores["task/error"] = {{7}, {1}};
  const auto comparisons = Compare(Metrics(), models);
  ASSERT_THAT(comparisons, IsOk());
  EXPECT_DOUBLE_EQ((*comparisons)[1].differences[1]->estimate, 4.5);
  EXPECT_FALSE((*comparisons)[1].differences[1]->low);
  EXPECT_FALSE((*comparisons)[1].values[1].low);
}

TEST(Compare, OtherExamplesAreNotCompared) {
  std::vector<ModelResult> models = TwoModels();
  models[1].measured_on = "others";
  const auto comparisons = Compare(Metrics(), models);
  ASSERT_THAT(comparisons, IsOk());
  EXPECT_FALSE(comparisons->front().differences[1]);
  EXPECT_THAT(ComparisonTable(*comparisons, models), HasSubstr("Δ to a   other examples   other examples\n"));
}

TEST(ComparisonTable, IsAligned) {
  const std::vector<ModelResult> models = TwoModels();
  EXPECT_EQ(ComparisonTable(*Compare(Metrics(), models), models),
            "model      accuracy, %        error\n"
            "a          50 ± 29            2.5 ± 0.6\n"
            "b          75 ± 25            3.0 ± 0.6\n"
            "  Δ to a   +25 (−55 to 105)   +0.500 (0.500 to 0.500)\n");
}

TEST(ComparisonJson, HasUnscaledNumbersAndNullForNone) {
  std::vector<ModelResult> models = TwoModels();
  models[1].scores["task/error"].sum[0] = std::numeric_limits<double>::quiet_NaN();
  const nlohmann::ordered_json json = ComparisonJson(*Compare(Metrics(), models), models);
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["model"], "a");
  EXPECT_EQ(json[0]["metrics"]["task/accuracy"]["value"], 0.5);
  EXPECT_EQ(json[0]["metrics"]["task/accuracy"]["examples"], 4);
  EXPECT_TRUE(json[0]["differences"].empty());
  EXPECT_EQ(json[1]["differences"]["task/accuracy"]["value"], 0.25);
  EXPECT_EQ(json[1]["metrics"]["task/error"]["value"], "nan");
  EXPECT_TRUE(json[1]["metrics"]["task/error"]["standard_error"].is_null());
}

}  // namespace
}  // namespace retort
