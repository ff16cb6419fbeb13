#include "plugins/evaluation/regression/regression.h"

#include <cmath>
#include <limits>
#include <memory>

#include "ATen/ops/tensor.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "framework/eval/task/test_task.h"
#include "framework/testing/evaluation_conformance.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Around the means, scores are −2 −1 0 1 2, predictions −1.6 −1.6 0.4 0.4 2.4.
TEST(RegressionScores, HandWorked) {
  const MetricScores scores = RegressionScores({1, 2, 3, 4, 5}, {0, 0, 2, 2, 4});
  EXPECT_NEAR(scores.at("regression/pearson").Mean(), (3.2 + 1.6 + 0.4 + 4.8) / std::sqrt(10 * 11.2), 1e-12);
  // Ranks of the predictions: 1.5 1.5 3.5 3.5 5.
  EXPECT_NEAR(scores.at("regression/spearman").Mean(), (3.0 + 1.5 + 0.5 + 4) / std::sqrt(10 * 9.0), 1e-12);
  EXPECT_THAT(scores.at("regression/mean_squared_error").sum, ElementsAre(1, 4, 1, 4, 1));
  EXPECT_THAT(scores.at("regression/pearson").sum, SizeIs(5));
  EXPECT_THAT(scores.at("regression/pearson").count, Each(1));
  EXPECT_THAT(scores.at("regression/spearman").sum, SizeIs(5));
}

TEST(RegressionScores, PredictionsThatAreAllEqualCorrelateWithNothing) {
  const MetricScores scores = RegressionScores({1, 2, 3}, {0.1, 0.1, 0.1});
  EXPECT_TRUE(std::isnan(scores.at("regression/pearson").Mean()));
  EXPECT_TRUE(std::isnan(scores.at("regression/spearman").Mean()));
  EXPECT_NEAR(scores.at("regression/mean_squared_error").Mean(), (0.81 + 3.61 + 8.41) / 3, 1e-12);
}

TEST(RegressionScores, PredictionsThatAreNotNumbersMakeAllOfItNaN) {
  const MetricScores scores = RegressionScores({1, 2, 3}, {1, kNaN, 3});
  for (const auto& [name, score] : scores) EXPECT_TRUE(std::isnan(score.Mean())) << name;
}

class RegressionTest : public ::testing::Test {
 protected:
  RegressionTest() { *config_.mutable_data() = testing::TestTask("score"); }

  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open() {
    RegressionEvaluation::FillDefaults(nullptr, &config_);
    const auto evaluator = RegressionEvaluation::Create(config_, {});
    if (!evaluator.ok()) return evaluator.status();
    return (*evaluator)->Open({*tokenizer_, &cache_});
  }

  RegressionEvaluationConfig config_;
  const std::unique_ptr<Tokenizer> tokenizer_ = testing::LetterTokenizer();
  DataCache cache_{::testing::TempDir(), /*threads=*/1};
};

TEST_F(RegressionTest, KeepsTheContractOfEvaluations) {
  RegressionEvaluation::FillDefaults(nullptr, &config_);
  const auto evaluator = RegressionEvaluation::Create(config_, {});
  ASSERT_THAT(evaluator, IsOk());
  EXPECT_THAT(testing::CheckEvaluator(**evaluator, *tokenizer_, ::testing::TempDir()), IsOk());
  EXPECT_EQ((*evaluator)->metrics().front().name, RegressionEvaluation::kPrimaryMetric);
}

TEST_F(RegressionTest, DataIsThatOfTheStageAndTheSplitIsReport) {
  google::protobuf::StringValue stage;
  stage.set_value("one_score");
  config_.clear_data();
  RegressionEvaluation::FillDefaults(&stage, &config_);
  EXPECT_EQ(config_.data().plugin().value(), testing::TestTask("one_score").plugin().value());
  EXPECT_EQ(config_.split(), "report");
  EXPECT_FALSE(config_.has_sequences());
}

TEST_F(RegressionTest, PredictsNumbersAsGlueHasThem) {
  testing::TestTaskModel model(HeadKind::kScore, 1);
  model.parameters().flat().fill_(0);
  EXPECT_THAT(model.parameters().Set("head.score.output.bias", at::tensor({2.5f})), IsOk());
  const auto predictions = (*Open())->Predict(model.view(), at::kCPU);
  ASSERT_THAT(predictions, IsOk());
  EXPECT_THAT(*predictions, Each(Field(&Prediction::answer, "2.500")));
}

TEST_F(RegressionTest, WantsScoresOfWhichACorrelationFollows) {
  config_.set_sequences(2);
  EXPECT_THAT(Open(), IsInvalidArgument("data: want at least 3 examples for a correlation, got 2"));
  config_.clear_sequences();
  *config_.mutable_data() = testing::TestTask("one_score");
  EXPECT_THAT(Open(), IsInvalidArgument("data: want scores that differ, for a correlation with them, got 1 for all 12 "
                                        "examples"));
}

TEST_F(RegressionTest, WantsTextsWithScores) {
  *config_.mutable_data() = testing::TestTask("classes");
  EXPECT_THAT(Open(), IsInvalidArgument("data: want texts labelled for a head of kind score"));
}

}  // namespace
}  // namespace retort
