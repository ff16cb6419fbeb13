#include "plugins/loss/hard_labels/hard_labels.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;
using testing::SmallModel;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

at::Tensor Scores(const std::vector<float>& scores) { return at::tensor(scores); }

std::unique_ptr<LossTerm> TermOf(HeadKind head) {
  auto term = HardLabelsLoss::Create({}, {SmallModel("bert", 2, {head})});
  EXPECT_THAT(term, IsOk());
  return *std::move(term);
}

// (1 - 3)² + (2.5 - 2)² = 4.25; what has no score adds nothing.
TEST(ScoreSum, IsTheHandWorkedSquaredError) {
  const at::Tensor student = at::tensor(std::vector<double>{1, 7, 2.5}, at::kDouble).reshape({3, 1});
  EXPECT_DOUBLE_EQ(ScoreSum(student, Scores({3, kNone, 2})).item<double>(), 4.25);
  EXPECT_EQ(ScoreSum(student, Scores({kNone, kNone, kNone})).item<double>(), 0);
}

TEST(ScoreSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor scores = Scores({3, kNone, 2, -1});
  const auto sum = [&](const auto& in) { return ScoreSum(in[0], scores); };
  EXPECT_LT(testing::GradientError(sum, {RandomTensor({4, 1}, 1)}), 1e-8);
}

// s = (ln 3, 0): softmax (3/4, 1/4); labels 1 and 0: -ln 1/4 - ln 3/4 = ln(16/3).
TEST(HardLabelsLoss, ClassesAreTheHandWorkedCrossEntropy) {
  LogitRows rows;
  rows.student = at::tensor(std::vector<double>{std::log(3.0), 0, std::log(3.0), 0, 5, 6}, at::kDouble).reshape({3, 2});
  rows.labels = at::tensor(std::vector<int64_t>{1, 0, kNoLabel}, at::kLong);
  const auto term = TermOf(HeadKind::kClasses);
  const auto sum = dynamic_cast<const RowLossTerm&>(*term).SumRows(rows);
  ASSERT_THAT(sum, IsOk());
  EXPECT_NEAR(sum->item<double>(), std::log(16.0 / 3), 1e-12);
}

TEST(HardLabelsLoss, ReadsTheStudentsOwnHead) {
  for (const HeadKind head : {HeadKind::kClasses, HeadKind::kSpans, HeadKind::kScore}) {
    const auto term = TermOf(head);
    EXPECT_EQ(term->student().logits, (std::set<HeadRows>{{head, RowSet::kSequences}}));
    EXPECT_TRUE(term->teacher().empty());
    EXPECT_TRUE(term->gold());
  }
}

// A span has two rows, its ends, so that the term's value is the mean of both.
TEST(HardLabelsLoss, CountsRows) {
  const BatchMasks masks = testing::RandomStepBatch({5, 3, 4}, 1).Masks(0, 3);
  EXPECT_EQ(TermOf(HeadKind::kClasses)->Count(masks), 3);
  EXPECT_EQ(TermOf(HeadKind::kScore)->Count(masks), 3);
  EXPECT_EQ(TermOf(HeadKind::kSpans)->Count(masks), 6);
}

TEST(HardLabelsLoss, WantsAHead) {
  EXPECT_THAT(HardLabelsLoss::Create({}, {testing::SmallEncoder(2)}),
              IsInvalidArgument("HardLabelsConfig: want a student with a head of classes, spans or a score, which data "
                                "with such labels give it, got one without; the labels of text are masked_lm {}"));
}

}  // namespace
}  // namespace retort
