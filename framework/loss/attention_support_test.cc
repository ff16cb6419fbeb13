#include "framework/loss/attention_support.h"

#include <limits>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

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
