#include "plugins/loss/logit_mse/logit_mse.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::RandomTensor;

at::Tensor Rows(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

// Differences (1, -2) and (0, 3): 1 + 4 + 0 + 9 = 14, and 7 averaged over the two columns.
TEST(LogitMseSum, IsTheHandWorkedSumOfSquares) {
  const at::Tensor student = Rows({1, 0, 2, 2}, 2), teacher = Rows({0, 2, 2, -1}, 2);
  EXPECT_EQ(LogitMseSum(student, teacher, 1).item<double>(), 14);
  EXPECT_EQ(LogitMseSum(student, teacher, 0.5).item<double>(), 7);
}

// d/ds = 2 (s - t).
TEST(LogitMseSum, HasTheHandWorkedGradient) {
  const at::Tensor teacher = Rows({0, 2, 2, -1}, 2);
  const auto gradient =
      testing::Gradients([&](const auto& in) { return LogitMseSum(in[0], teacher, 1); }, {Rows({1, 0, 2, 2}, 2)});
  EXPECT_THAT(gradient[0], testing::IsCloseTo(Rows({2, -4, 0, 6}, 2), 1e-12));
}

// Adding c to all V logits of n rows adds n·V·c² to an error of 0.
TEST(LogitMseSum, SeesAShift) {
  const at::Tensor t = RandomTensor({3, 5}, 1);
  EXPECT_NEAR(LogitMseSum(t + 2, t, 1).item<double>(), 3 * 5 * 4, 1e-10);
  EXPECT_EQ(LogitMseSum(t, t, 1).item<double>(), 0);
}

TEST(LogitMseSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor teacher = RandomTensor({3, 5}, 2);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return LogitMseSum(in[0], teacher, 0.3); },
                                   {RandomTensor({3, 5}, 1)}),
            1e-8);
}

TEST(LogitMseLoss, TellsTheFusedKernelItsFactor) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  LogitMseConfig config;
  auto sum = LogitMseLoss::Create(config, {student, &teacher});
  ASSERT_THAT(sum, testing::IsOk());
  EXPECT_EQ(dynamic_cast<RowLossTerm&>(**sum).fused()->mse, 1);
  EXPECT_EQ((*sum)->student().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kReal}}));
  config.set_mean_over_vocabulary(true);
  config.set_rows(LogitMseConfig::LABELLED);
  auto mean = LogitMseLoss::Create(config, {student, &teacher});
  ASSERT_THAT(mean, testing::IsOk());
  EXPECT_DOUBLE_EQ(dynamic_cast<RowLossTerm&>(**mean).fused()->mse, 1.0 / 11);
  EXPECT_EQ((*mean)->teacher().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kLabelled}}));
}

TEST(LogitMseLoss, MayDoWithoutLogitsOfTheVocabulary) {
  const EncoderConfig student = testing::SmallModel("bert", 2, {HeadKind::kVocabulary, HeadKind::kClasses});
  const auto form = [&](LogitMseConfig::Form chosen, LogitMseConfig::Head head) {
    LogitMseConfig config;
    config.set_form(chosen);
    config.set_head(head);
    const auto loss = LogitMseLoss::Create(config, {student, &student});
    return dynamic_cast<RowLossTerm&>(**loss).gram_form();
  };
  EXPECT_EQ(form(LogitMseConfig::AUTO, LogitMseConfig::VOCABULARY), GramForm::kWherePays);
  EXPECT_EQ(form(LogitMseConfig::GRAM, LogitMseConfig::VOCABULARY), GramForm::kAlways);
  EXPECT_EQ(form(LogitMseConfig::MATERIALISED, LogitMseConfig::VOCABULARY), GramForm::kNever);
  EXPECT_EQ(form(LogitMseConfig::AUTO, LogitMseConfig::CLASSES), GramForm::kNever);
}

TEST(LogitMseLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EXPECT_THAT(LogitMseLoss::Create({}, {student}), IsInvalidArgument("LogitMseConfig: needs a teacher"));
  EncoderConfig teacher = testing::SmallEncoder(4);
  teacher.vocabulary_size = 13;
  EXPECT_THAT(LogitMseLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("got 13 pieces in the teacher and 11 in the student"));
  const EncoderConfig classes = testing::SmallModel("bert", 2, {HeadKind::kClasses});
  LogitMseConfig gram;
  gram.set_form(LogitMseConfig::GRAM);
  EXPECT_THAT(LogitMseLoss::Create(gram, {classes, &classes}),
              IsInvalidArgument("LogitMseConfig.form: GRAM is for the vocabulary's head, got classes"));
}

}  // namespace
}  // namespace retort
