#include "framework/loss/label_loss.h"

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
TEST(LabelSum, IsTheHandWorkedCrossEntropy) {
  const at::Tensor row = at::tensor({std::log(3.0), 0.0}, at::kDouble);
  const at::Tensor student = at::stack({row, row});
  EXPECT_NEAR(LabelSum(student, Labels({0, 1})).item<double>(), std::log(16.0 / 3), 1e-12);
}

// d/ds = softmax(s) - onehot = (3/4, 1/4) - (0, 1) = (3/4, -3/4); a row without label has none.
TEST(LabelSum, HasTheHandWorkedGradient) {
  const at::Tensor row = at::tensor({std::log(3.0), 0.0}, at::kDouble);
  const auto gradient = testing::Gradients(
      [](const auto& in) {
        return LabelSum(in[0], Labels({1, kNoLabel}));
      },
      {at::stack({row, row})});
  EXPECT_THAT(gradient[0], testing::IsCloseTo(at::tensor({0.75, -0.75, 0.0, 0.0}, at::kDouble).reshape({2, 2}), 1e-12));
}

TEST(LabelSum, IsBlindToAShiftAndToRowsWithoutLabel) {
  const at::Tensor s = RandomTensor({3, 5}, 1);
  const double value = LabelSum(s, Labels({4, kNoLabel, 2})).item<double>();
  EXPECT_NEAR(LabelSum(s - 4, Labels({4, kNoLabel, 2})).item<double>(), value, 1e-12);
  EXPECT_NEAR(LabelSum(at::stack({s[0], s[2]}), Labels({4, 2})).item<double>(), value, 1e-12);
  EXPECT_EQ(LabelSum(s, Labels({kNoLabel, kNoLabel, kNoLabel})).item<double>(), 0);
}

TEST(LabelSum, GradientAgreesWithFiniteDifferences) {
  EXPECT_LT(testing::GradientError(
                [](const auto& in) {
                  return LabelSum(in[0], Labels({4, kNoLabel, 2}));
                },
                {RandomTensor({3, 5}, 1)}),
            1e-8);
}

TEST(LabelLoss, IsGoldAndReadsLabelledRowsAlone) {
  const LabelLoss term;
  EXPECT_TRUE(term.gold());
  EXPECT_TRUE(term.teacher().empty());
  EXPECT_EQ(term.student().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kLabelled}}));
  EXPECT_EQ(term.fused()->ce, 1);
  BatchMasks masks;
  masks.lengths = {7, 5};
  masks.labelled_counts = {2, 1};
  EXPECT_EQ(term.Count(masks), 3);
}

}  // namespace
}  // namespace retort
