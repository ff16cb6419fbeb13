#include "framework/ops/score_heads/score_heads.h"

#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using ::testing::ElementsAre;

TEST(ReadPositions, AreThoseThatAreReal) {
  const at::Tensor valid = at::tensor({1, 0, 1, 0, 0, 0}).view({2, 3}).to(at::kBool);
  EXPECT_THAT(ReadPositions(valid, 2, 3), ElementsAre(ElementsAre(0, 2), ElementsAre()));
  EXPECT_THAT(ReadPositions({}, 1, 3), ElementsAre(ElementsAre(0, 1, 2)));
}

// Head 1 of sequence 0 of [1, 3, 2 · 2]: (2, 3), (6, 7), (10, 11).
TEST(LoadHead, ReadsVectorsOfAnyType) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    const at::Tensor heads = at::arange(12, type).view({1, 3, 2, 2}).transpose(1, 2);
    std::vector<float> rows(4);
    LoadHead(0.5f, heads, 0, 1, {0, 2}, {rows.data(), 2});
    EXPECT_THAT(rows, ElementsAre(1, 1.5, 5, 5.5)) << type;
  }
}

TEST(StoreHead, LeavesZerosBetween) {
  at::Tensor gradient = at::zeros({1, 3, 2, 2}).transpose(1, 2);
  gradient.fill_(7);
  std::vector<float> rows = {1, 2, 3, 4};
  StoreHead(2.0f, {rows.data(), 2}, 0, 1, {0, 2}, gradient);
  EXPECT_TRUE(gradient.select(1, 1).squeeze(0).equal(at::tensor({2.f, 4.f, 0.f, 0.f, 6.f, 8.f}).view({3, 2})));
  EXPECT_TRUE(gradient.select(1, 0).eq(7).all().item<bool>());
}

TEST(WithoutGaps, CopiesWhereVectorsHaveSome) {
  const at::Tensor dense = at::zeros({1, 2, 3, 4}).transpose(1, 2), sparse = dense.transpose(2, 3);
  const QueryKey heads = WithoutGaps({dense, sparse});
  EXPECT_TRUE(heads.query.is_same(dense));
  EXPECT_EQ(heads.key.stride(-1), 1);
}

}  // namespace
}  // namespace retort::ops
