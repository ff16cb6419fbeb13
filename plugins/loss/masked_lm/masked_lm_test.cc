#include "plugins/loss/masked_lm/masked_lm.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::RandomTensor;

at::Tensor Labels(std::vector<int64_t> labels) { return at::tensor(labels, at::kLong); }

// s = (ln 3, 0): softmax (3/4, 1/4). Label 0 costs ln(4/3), label 1 costs ln 4: together ln(16/3) = 1.673976.
TEST(MaskedLmSum, IsTheHandWorkedCrossEntropy) {
  const at::Tensor row = at::tensor({std::log(3.0), 0.0}, at::kDouble);
  const at::Tensor student = at::stack({row, row});
  EXPECT_NEAR(MaskedLmSum(student, Labels({0, 1})).item<double>(), std::log(16.0 / 3), 1e-12);
}

// d/ds = softmax(s) - onehot = (3/4, 1/4) - (0, 1) = (3/4, -3/4); a row without label has none.
TEST(MaskedLmSum, HasTheHandWorkedGradient) {
  const at::Tensor row = at::tensor({std::log(3.0), 0.0}, at::kDouble);
  const auto gradient = testing::Gradients(
      [](const auto& in) {
        return MaskedLmSum(in[0], Labels({1, kNoLabel}));
      },
      {at::stack({row, row})});
  EXPECT_THAT(gradient[0], testing::IsCloseTo(at::tensor({0.75, -0.75, 0.0, 0.0}, at::kDouble).reshape({2, 2}), 1e-12));
}

TEST(MaskedLmSum, IsBlindToAShiftAndToRowsWithoutLabel) {
  const at::Tensor s = RandomTensor({3, 5}, 1);
  const double value = MaskedLmSum(s, Labels({4, kNoLabel, 2})).item<double>();
  EXPECT_NEAR(MaskedLmSum(s - 4, Labels({4, kNoLabel, 2})).item<double>(), value, 1e-12);
  EXPECT_NEAR(MaskedLmSum(at::stack({s[0], s[2]}), Labels({4, 2})).item<double>(), value, 1e-12);
  EXPECT_EQ(MaskedLmSum(s, Labels({kNoLabel, kNoLabel, kNoLabel})).item<double>(), 0);
}

TEST(MaskedLmSum, GradientAgreesWithFiniteDifferences) {
  EXPECT_LT(testing::GradientError(
                [](const auto& in) {
                  return MaskedLmSum(in[0], Labels({4, kNoLabel, 2}));
                },
                {RandomTensor({3, 5}, 1)}),
            1e-8);
}

TEST(MaskedLmLoss, IsGoldAndNeedsNoTeacher) {
  const EncoderConfig student = testing::SmallEncoder(2);
  auto term = MaskedLmLoss::Create(MaskedLmConfig(), {student});
  ASSERT_THAT(term, testing::IsOk());
  EXPECT_TRUE((*term)->gold());
  EXPECT_TRUE((*term)->teacher().empty());
  EXPECT_EQ((*term)->student().vocabulary_rows, std::set<RowSet>{RowSet::kLabelled});
  EXPECT_EQ(dynamic_cast<RowLossTerm&>(**term).fused()->ce, 1);
  BatchMasks masks;
  masks.lengths = {7, 5};
  masks.labelled_counts = {2, 1};
  EXPECT_EQ((*term)->Count(masks), 3);
}

}  // namespace
}  // namespace retort
