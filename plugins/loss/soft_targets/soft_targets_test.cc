#include "plugins/loss/soft_targets/soft_targets.h"

#include <cmath>
#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::GradientError;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;
using testing::SmallEncoder;

at::Tensor Rows(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

absl::StatusOr<std::unique_ptr<LossTerm>> Create(const SoftTargetsConfig& config) {
  const EncoderConfig student = SmallEncoder(2), teacher = SmallEncoder(4);
  return SoftTargetsLoss::Create(config, {student, &teacher});
}

// τ = 2, t = (2 ln 3, 0), s = (0, 0): softened, the teacher is (3/4, 1/4) and the student (1/2, 1/2), so
// KL = 3/4 ln(3/2) + 1/4 ln(1/2) = 0.304099 - 0.173287 = 0.130812, and 0.523248 with τ² = 4.
TEST(SoftTargetsSum, IsTheHandWorkedDivergence) {
  const double kl = 0.75 * std::log(1.5) + 0.25 * std::log(0.5);
  const at::Tensor student = Rows({0, 0}, 2), teacher = Rows({2 * std::log(3.0), 0}, 2);
  EXPECT_NEAR(SoftTargetsSum(student, teacher, 2, 1).item<double>(), kl, 1e-12);
  EXPECT_NEAR(SoftTargetsSum(student, teacher, 2, 4).item<double>(), 0.523248, 1e-6);
}

// d/ds = τ² (softmax(s/τ) - softmax(t/τ)) / τ = 2 · ((1/2, 1/2) - (3/4, 1/4)) = (-1/2, 1/2).
TEST(SoftTargetsSum, HasTheHandWorkedGradient) {
  const at::Tensor teacher = Rows({2 * std::log(3.0), 0}, 2);
  const auto gradient =
      testing::Gradients([&](const auto& in) { return SoftTargetsSum(in[0], teacher, 2, 4); }, {Rows({0, 0}, 2)});
  EXPECT_THAT(gradient[0], testing::IsCloseTo(Rows({-0.5, 0.5}, 2), 1e-12));
}

TEST(SoftTargetsSum, IsZeroAtEqualityAndBlindToAShift) {
  const at::Tensor s = RandomTensor({3, 5}, 1), t = RandomTensor({3, 5}, 2);
  EXPECT_NEAR(SoftTargetsSum(t, t, 3, 1).item<double>(), 0, 1e-12);
  EXPECT_GT(SoftTargetsSum(s, t, 3, 1).item<double>(), 0);
  EXPECT_NEAR(SoftTargetsSum(s + 7, t - 3, 3, 1).item<double>(), SoftTargetsSum(s, t, 3, 1).item<double>(), 1e-12);
}

TEST(SoftTargetsSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor s = RandomTensor({3, 5}, 1), t = RandomTensor({3, 5}, 2);
  EXPECT_LT(GradientError([&](const auto& in) { return SoftTargetsSum(in[0], t, 1.7, 1.7 * 1.7); }, {s}), 1e-8);
}

TEST(SoftTargetsSum, SurvivesExtremeLogits) {
  const at::Tensor s = Rows({-300, 300}, 2).to(at::kFloat), t = Rows({300, -300}, 2).to(at::kFloat);
  EXPECT_NEAR(SoftTargetsSum(s, t, 1, 1).item<float>(), 600, 1e-3);
  EXPECT_EQ(SoftTargetsSum(s.slice(0, 0, 0), t.slice(0, 0, 0), 1, 1).item<float>(), 0);
}

TEST(SoftTargetsLoss, ReadsTheRowsItIsToldAndScalesByDefault) {
  SoftTargetsConfig config;
  config.set_temperature(2);
  auto all = Create(config);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(dynamic_cast<RowLossTerm&>(**all).rows(), RowSet::kReal);
  EXPECT_FALSE((*all)->gold());
  EXPECT_EQ((*all)->teacher().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kReal}}));
  const FusedRowLoss fused = *dynamic_cast<RowLossTerm&>(**all).fused();
  EXPECT_EQ(fused.kl, 4);
  EXPECT_EQ(fused.temperature, 2);

  config.set_rows(SoftTargetsConfig::LABELLED);
  config.set_scale_by_temperature_squared(false);
  auto masked = Create(config);
  ASSERT_THAT(masked, IsOk());
  EXPECT_EQ(dynamic_cast<RowLossTerm&>(**masked).rows(), RowSet::kLabelled);
  EXPECT_EQ(dynamic_cast<RowLossTerm&>(**masked).fused()->kl, 1);
}

TEST(SoftTargetsLoss, RejectsWhatCannotBe) {
  SoftTargetsConfig config;
  EXPECT_THAT(Create(config), IsInvalidArgument("SoftTargetsConfig.temperature: want > 0, got 0"));
  config.set_temperature(-1);
  EXPECT_THAT(Create(config), IsInvalidArgument("SoftTargetsConfig.temperature: want > 0, got -1"));
  config.set_temperature(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Create(config), IsInvalidArgument("want > 0, got nan"));
  config.set_temperature(2);
  const EncoderConfig student = SmallEncoder(2);
  SoftTargetsConfig of_score;
  of_score.set_temperature(2);
  of_score.set_head(SoftTargetsConfig::SCORE);
  EXPECT_THAT(
      Create(of_score),
      IsInvalidArgument("SoftTargetsConfig.head: want one of several outputs, got SCORE, whose one number has a "
                        "loss of 0 whatever it is; compare it with: logit_mse { head: SCORE }"));
  EXPECT_THAT(SoftTargetsLoss::Create(config, {student}),
              IsInvalidArgument("SoftTargetsConfig: needs a teacher, but the stage has none"));
  EncoderConfig teacher = SmallEncoder(4);
  teacher.vocabulary_size = 13;
  EXPECT_THAT(SoftTargetsLoss::Create(config, {student, &teacher}),
              IsInvalidArgument("got 13 pieces in the teacher and 11 in the student"));
}

}  // namespace
}  // namespace retort
