#include "plugins/evaluation/classification/classification.h"

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

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using testing::IsInvalidArgument;
using testing::IsOk;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Logits of two classes, as rows.
at::Tensor TwoClasses(const std::vector<double>& logits) { return at::tensor(logits, at::kDouble).view({-1, 2}); }

// Labels 1 1 0 0 0; told 1 0 1 0 0: of class 1 one right, one in vain, one missed.
TEST(ClassificationScores, HandWorked) {
  const at::Tensor logits = TwoClasses({0, 1, 2, 0, 0, 3, 1, 0, 5, -5});
  const MetricScores scores = ClassificationScores({1, 1, 0, 0, 0}, logits, 1);
  EXPECT_THAT(scores.at("classification/accuracy").sum, ElementsAre(1, 0, 0, 1, 1));
  EXPECT_THAT(scores.at("classification/accuracy").count, Each(1));
  EXPECT_NEAR(scores.at("classification/f1").Mean(), 2.0 / (2 + 1 + 1), 1e-12);
  EXPECT_NEAR(scores.at("classification/macro_f1").Mean(), (2.0 / 4 + 4.0 / 6) / 2, 1e-12);
  EXPECT_NEAR(scores.at("classification/matthews").Mean(), (1 * 2 - 1 * 1) / std::sqrt(2.0 * 2 * 3 * 3), 1e-12);
  const std::vector<double>& cross_entropy = scores.at("classification/cross_entropy").sum;
  EXPECT_THAT(cross_entropy,
              ElementsAre(DoubleNear(std::log1p(std::exp(-1)), 1e-12), DoubleNear(std::log1p(std::exp(2)), 1e-12),
                          DoubleNear(std::log1p(std::exp(3)), 1e-12), DoubleNear(std::log1p(std::exp(-1)), 1e-12),
                          DoubleNear(std::log1p(std::exp(-10)), 1e-12)));
}

// Without an example, F1 of class 1 is 0 (its right one), 2 / 3 (the missed one, the one in vain) or as with it.
TEST(ClassificationScores, ValuesOfF1AreItsJackknifeValues) {
  const at::Tensor logits = TwoClasses({0, 1, 2, 0, 0, 3, 1, 0, 5, -5});
  const std::vector<double> values = ClassificationScores({1, 1, 0, 0, 0}, logits, 1).at("classification/f1").sum;
  const double raw[] = {5 * 0.5 - 4 * 0, 5 * 0.5 - 4 * 2.0 / 3, 5 * 0.5 - 4 * 2.0 / 3, 0.5, 0.5};
  const double shift = 0.5 - (raw[0] + raw[1] + raw[2] + raw[3] + raw[4]) / 5;
  for (size_t e = 0; e < 5; ++e) EXPECT_NEAR(values[e], raw[e] + shift, 1e-12) << e;
}

TEST(ClassificationScores, F1OfNoClassIsTheMeanOverClasses) {
  const at::Tensor logits = at::tensor({1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0}, at::kDouble).view({3, 3});
  const MetricScores scores = ClassificationScores({0, 2, 1}, logits, std::nullopt);
  EXPECT_EQ(scores.at("classification/f1").sum, scores.at("classification/macro_f1").sum);
  EXPECT_NEAR(scores.at("classification/f1").Mean(), (2.0 / 3 + 0 + 1) / 3, 1e-12);
}

TEST(ClassificationScores, OneClassIsNoReasonToStop) {
  const MetricScores scores = ClassificationScores({0, 0, 0}, TwoClasses({1, 0, 1, 0, 1, 0}), 1);
  EXPECT_EQ(scores.at("classification/accuracy").Mean(), 1);
  EXPECT_EQ(scores.at("classification/f1").Mean(), 0);
  EXPECT_EQ(scores.at("classification/matthews").Mean(), 0);
  EXPECT_EQ(scores.at("classification/macro_f1").Mean(), 1);
  for (const auto& [name, score] : scores) EXPECT_EQ(score.sum.size(), 3u) << name;
}

TEST(ClassificationScores, OneExampleIsEnough) {
  const MetricScores scores = ClassificationScores({1}, TwoClasses({0, 1}), 1);
  EXPECT_THAT(scores.at("classification/f1").sum, ElementsAre(1));
  EXPECT_THAT(scores.at("classification/matthews").sum, ElementsAre(0));
}

TEST(ClassificationScores, LogitsThatAreNotNumbersAreWrong) {
  const double infinity = std::numeric_limits<double>::infinity();
  const MetricScores scores =
      ClassificationScores({0, 1, 1, 0}, TwoClasses({kNaN, kNaN, 0, kNaN, -infinity, infinity, 1, 0}), 1);
  EXPECT_THAT(scores.at("classification/accuracy").sum, ElementsAre(0, 0, 0, 1));
  EXPECT_EQ(scores.at("classification/f1").Mean(), 0);
  EXPECT_TRUE(std::isnan(scores.at("classification/cross_entropy").Mean()));
}

class ClassificationTest : public ::testing::Test {
 protected:
  ClassificationTest() { *config_.mutable_data() = testing::TestTask("classes"); }

  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open() {
    ClassificationEvaluation::FillDefaults(nullptr, &config_);
    const auto evaluator = ClassificationEvaluation::Create(config_, {});
    if (!evaluator.ok()) return evaluator.status();
    return (*evaluator)->Open({*tokenizer_, &cache_});
  }

  ClassificationEvaluationConfig config_;
  const std::unique_ptr<Tokenizer> tokenizer_ = testing::LetterTokenizer();
  DataCache cache_{::testing::TempDir(), /*threads=*/1};
};

TEST_F(ClassificationTest, KeepsTheContractOfEvaluations) {
  ClassificationEvaluation::FillDefaults(nullptr, &config_);
  const auto evaluator = ClassificationEvaluation::Create(config_, {});
  ASSERT_THAT(evaluator, IsOk());
  EXPECT_THAT(testing::CheckEvaluator(**evaluator, *tokenizer_, ::testing::TempDir()), IsOk());
  EXPECT_EQ((*evaluator)->metrics().front().name, ClassificationEvaluation::kPrimaryMetric);
}

TEST_F(ClassificationTest, DataIsThatOfTheStageAndTheSplitIsReport) {
  google::protobuf::StringValue stage;
  stage.set_value("one_class");
  config_.clear_data();
  ClassificationEvaluation::FillDefaults(&stage, &config_);
  EXPECT_EQ(config_.data().plugin().value(), testing::TestTask("one_class").plugin().value());
  EXPECT_EQ(config_.split(), "report");
  EXPECT_FALSE(config_.has_sequences());
}

TEST_F(ClassificationTest, F1IsOfAClassOfTheTask) {
  const std::string key = (*Open())->Key(), measured_on = (*Open())->MeasuredOn();
  config_.set_f1_of("no");
  EXPECT_NE((*Open())->Key(), key);
  EXPECT_NE((*Open())->MeasuredOn(), measured_on);
  EXPECT_EQ((*ClassificationEvaluation::Create(config_, {}))->metrics()[1].label, "F1 of no");
  config_.set_f1_of("perhaps");
  EXPECT_THAT(Open(), IsInvalidArgument("f1_of: want one of the classes (no, yes), got \"perhaps\""));
}

TEST_F(ClassificationTest, PredictsNamesOfClasses) {
  testing::TestTaskModel model(HeadKind::kClasses, 1);
  model.parameters().flat().fill_(0);
  EXPECT_THAT(model.parameters().Set("head.classes.output.bias", at::tensor({0.f, 1.f})), IsOk());
  const auto predictions = (*Open())->Predict(model.view(), at::kCPU);
  ASSERT_THAT(predictions, IsOk());
  EXPECT_THAT(*predictions, Each(Field(&Prediction::answer, "yes")));
}

TEST_F(ClassificationTest, WantsTextsWithClasses) {
  *config_.mutable_data() = testing::TestTask("score");
  EXPECT_THAT(Open(), IsInvalidArgument("data: want texts labelled for a head of kind classes"));
}

TEST_F(ClassificationTest, WantsData) {
  Problems problems;
  ClassificationEvaluation::Check("evaluation: ", ClassificationEvaluationConfig(), &problems);
  EXPECT_THAT(std::string(problems.ToStatus().message()),
              ::testing::HasSubstr("evaluation: data: want a data plugin, got none"));
}

}  // namespace
}  // namespace retort
