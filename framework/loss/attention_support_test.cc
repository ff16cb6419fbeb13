#include "framework/loss/attention_support.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
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

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

at::Tensor Valid(const std::vector<int64_t>& values, at::IntArrayRef shape) {
  return at::tensor(values).to(at::kBool).reshape(shape);
}

// d = 4, so that products are halved: (1·3 + 2·0 + 0·1 + 1·1) / 2 = 2 and (1·0 + 2·1 + 0·1 + 1·2) / 2 = 2.
TEST(ScaledProducts, AreTheHandWorkedOnes) {
  const at::Tensor query = at::tensor({1., 2., 0., 1.}, at::kDouble).reshape({1, 1, 1, 4});
  const at::Tensor key = at::tensor({3., 0., 1., 1., 0., 1., 1., 2.}, at::kDouble).reshape({1, 1, 2, 4});
  EXPECT_THAT(ScaledProducts(query, key), testing::IsCloseTo(at::tensor({2., 2.}).reshape({1, 1, 1, 2}), 1e-15));
}

at::Tensor Scores(const std::vector<double>& values, int64_t positions) {
  return at::tensor(values, at::kDouble).reshape({1, 1, positions, positions});
}

TEST(UnseenPairs, AreThoseOfPaddingAndOfLaterKeys) {
  const at::Tensor valid = Valid({1, 1, 0}, {1, 3});
  EXPECT_TRUE(UnseenPairs(valid, false).equal(Valid({0, 0, 1, 0, 0, 1, 1, 1, 1}, {1, 1, 3, 3})));
  EXPECT_TRUE(UnseenPairs(valid, true).equal(Valid({0, 1, 1, 0, 0, 1, 1, 1, 1}, {1, 1, 3, 3})));
}

TEST(WithoutPadding, ReplacesWhatStandsThere) {
  const at::Tensor heads = at::tensor({1.0, 2.0, kNan, 4.0}, at::kFloat).reshape({1, 1, 2, 2}).to(at::kBFloat16);
  const at::Tensor cleaned = WithoutPadding(heads, Valid({1, 0}, {1, 2}));
  EXPECT_TRUE(cleaned.equal(at::tensor({1.0, 2.0, 0.0, 0.0}, at::kFloat).reshape({1, 1, 2, 2})));
}

// d = 4: (1, 2, 3, 4) · (1, 1, 1, 1) / 2 = 5.
TEST(ScaledProducts, DividesByTheRootOfTheWidth) {
  const at::Tensor a = at::tensor({1.0, 2.0, 3.0, 4.0}, at::kDouble).reshape({1, 1, 1, 4});
  EXPECT_EQ(ScaledProducts(a, a * 0 + 1).item<double>(), 5);
}

// Two positions and a padded one. Query 0: teacher (ln 3, 0) -> (3/4, 1/4), student uniform over the two real keys:
// 3/4 ln(3/2) + 1/4 ln(1/2). Query 1: equal, 0. Query 2 is padding.
TEST(AttentionKlSum, IsTheHandWorkedDivergence) {
  const at::Tensor student = Scores({5, 5, 9, 1, 2, kNan, kNan, 5, 6}, 3);
  const at::Tensor teacher = Scores({std::log(3.0), 0, 7, 3, 4, -8, 1, 0, kNan}, 3);
  const at::Tensor unseen = UnseenPairs(Valid({1, 1, 0}, {1, 3}), false);
  EXPECT_NEAR(AttentionKlSum(student, teacher, unseen).item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5),
              1e-12);
}

// Query 0 sees itself alone: 0, whatever stands at key 1. Query 1: teacher (3/4, 1/4), student uniform.
TEST(AttentionKlSum, OfCausalModelsLeavesOutLaterKeys) {
  const at::Tensor student = Scores({1, kNan, 2, 2}, 2), teacher = Scores({-4, 100, std::log(3.0), 0}, 2);
  const at::Tensor unseen = UnseenPairs(Valid({1, 1}, {1, 2}), true);
  EXPECT_NEAR(AttentionKlSum(student, teacher, unseen).item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5),
              1e-12);
}

TEST(AttentionKlSum, GradientAgreesWithFiniteDifferences) {
  for (bool causal : {false, true}) {
    const at::Tensor unseen = UnseenPairs(Valid({1, 1, 1, 0, 1, 1, 1, 1}, {2, 4}), causal);
    const at::Tensor teacher = RandomTensor({2, 3, 4, 4}, 2);
    EXPECT_LT(testing::GradientError([&](const auto& in) { return AttentionKlSum(in[0], teacher, unseen); },
                                     {RandomTensor({2, 3, 4, 4}, 1)}),
              1e-8);
  }
}

TEST(AttentionKlSum, IsZeroAtEqualityAndBlindToAShift) {
  const at::Tensor unseen = UnseenPairs(Valid({1, 1, 1, 1}, {1, 4}), false);
  const at::Tensor s = RandomTensor({1, 2, 4, 4}, 1), t = RandomTensor({1, 2, 4, 4}, 2);
  EXPECT_NEAR(AttentionKlSum(t, t, unseen).item<double>(), 0, 1e-12);
  EXPECT_NEAR(AttentionKlSum(s + 3, t, unseen).item<double>(), AttentionKlSum(s, t, unseen).item<double>(), 1e-12);
}

TEST(RequireSameDirection, NamesBoth) {
  EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(2);
  EXPECT_THAT(RequireSameDirection({student}, "XConfig"), IsInvalidArgument("XConfig: needs a teacher"));
  EXPECT_THAT(RequireSameDirection({student, &teacher}, "XConfig"), IsOk());
  testing::MakeCausal(&teacher);
  EXPECT_THAT(RequireSameDirection({student, &teacher}, "XConfig"),
              IsInvalidArgument("XConfig: want teacher and student both causal or neither, got a causal teacher and a "
                                "bidirectional student"));
  testing::MakeCausal(&student);
  EXPECT_THAT(RequireSameDirection({student, &teacher}, "XConfig"), IsOk());
}

// Positions 0 and 1 of heads (0 1 2), (3 4 5) of position 0 and (6 7 8), (9 10 11) of position 1, in 3 heads of 2.
TEST(Regroup, CutsTheHeadsSideBySide) {
  const at::Tensor heads = at::arange(12, at::kDouble).reshape({1, 2, 2, 3}).transpose(1, 2);
  const at::Tensor wanted =
      at::tensor({0.0, 1.0, 6.0, 7.0, 2.0, 3.0, 8.0, 9.0, 4.0, 5.0, 10.0, 11.0}, at::kDouble).reshape({1, 3, 2, 2});
  EXPECT_TRUE(Regroup(heads, 3).equal(wanted));
  EXPECT_TRUE(Regroup(heads, 2).equal(heads));
}

}  // namespace
}  // namespace retort
