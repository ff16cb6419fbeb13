#include "framework/model/capture.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(Capture, NeedsTheLayersUpToTheLastThatItNames) {
  Capture capture;
  EXPECT_TRUE(capture.empty());
  EXPECT_EQ(capture.Depth(6), 0);
  capture.hidden = {0, 2};
  EXPECT_EQ(capture.Depth(6), 2);
  capture.attention = {1, 4};
  EXPECT_EQ(capture.Depth(6), 4);
  capture.vocabulary_rows = {RowSet::kLabelled};
  EXPECT_EQ(capture.Depth(6), 6);
  EXPECT_FALSE(capture.empty());
}

TEST(Capture, AddIsTheUnion) {
  Capture a, b;
  a.hidden = {1, 2};
  a.vocabulary_rows = {RowSet::kReal};
  b.hidden = {2, 3};
  b.attention = {1};
  b.vocabulary_rows = {RowSet::kLabelled};
  a.Add(b);
  EXPECT_EQ(a.hidden, (std::set<int>{1, 2, 3}));
  EXPECT_EQ(a.attention, (std::set<int>{1}));
  EXPECT_EQ(a.vocabulary_rows, (std::set<RowSet>{RowSet::kReal, RowSet::kLabelled}));
}

// d = 4, so that scores are halved: (1·3 + 2·0 + 0·1 + 1·1) / 2 = 2 and (1·0 + 2·1 + 0·1 + 1·2) / 2 = 2.
TEST(AttentionState, ScoresAreTheHandWorkedOnes) {
  const at::Tensor query = at::tensor({1., 2., 0., 1.}).reshape({1, 1, 1, 4}).to(at::kDouble);
  const at::Tensor key = at::tensor({3., 0., 1., 1., 0., 1., 1., 2.}).reshape({1, 1, 2, 4}).to(at::kDouble);
  const AttentionState state(query, key, key, at::ones({1, 2}, at::kBool));
  EXPECT_THAT(state.scores(), testing::IsCloseTo(at::tensor({2., 2.}).reshape({1, 1, 1, 2}), 1e-15));
}

TEST(AttentionState, ScoresAreFloat32AtLeast) {
  const at::Tensor query = testing::RandomTensor({2, 2, 3, 4}, 1), key = testing::RandomTensor({2, 2, 3, 4}, 2);
  const auto scores = [&](at::ScalarType type) {
    return AttentionState(query.to(type), key.to(type), key.to(type), at::ones({2, 3}, at::kBool)).scores();
  };
  EXPECT_EQ(scores(at::kDouble).scalar_type(), at::kDouble);
  for (at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    EXPECT_EQ(scores(type).scalar_type(), at::kFloat);
    EXPECT_THAT(scores(type), testing::IsCloseTo(scores(at::kDouble), 0.1));
  }
}

}  // namespace
}  // namespace retort
