#include "framework/ops/packing/packing.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::RandomTensor;

// Two sequences of 3 positions, of which the second has one that is real.
Packing Ragged() { return {{3, 1}, 3, {}, at::tensor({0, 1, 2, 3}, at::kLong)}; }
Packing Full() { return {{3, 3}, 3, {}, {}}; }

TEST(Packing, KeepsTheRowsAndPutsThemBackAmongZeros) {
  const at::Tensor x = RandomTensor({2, 3, 4}, 1);
  const at::Tensor packed = Pack(x, Ragged());
  ASSERT_EQ(packed.sizes(), at::IntArrayRef({4, 4}));
  EXPECT_TRUE(packed.narrow(0, 0, 3).equal(x[0]));
  EXPECT_TRUE(packed[3].equal(x[1][0]));
  const at::Tensor back = Unpack(packed, Ragged());
  ASSERT_EQ(back.sizes(), x.sizes());
  EXPECT_TRUE(back[0].equal(x[0]));
  EXPECT_TRUE(back[1][0].equal(x[1][0]));
  EXPECT_EQ(back[1].narrow(0, 1, 2).abs().max().item<double>(), 0);
}

TEST(Packing, CostsNothingWhereAllPlacesAreRows) {
  const at::Tensor x = RandomTensor({2, 3, 4}, 1);
  EXPECT_EQ(Pack(x, Full()).data_ptr(), x.data_ptr());
  EXPECT_EQ(Unpack(Pack(x, Full()), Full()).data_ptr(), x.data_ptr());
}

TEST(Packing, GivesRowsToAnotherPackingOfTheSequences) {
  const Packing ragged = Ragged(), ends{{3, 1}, 3, {}, at::tensor({0, 2}, at::kLong)};
  const at::Tensor x = RandomTensor({4, 4}, 1);
  EXPECT_EQ(Repack(x, ragged, ragged).data_ptr(), x.data_ptr());
  EXPECT_EQ(Repack(x, Full(), Full()).data_ptr(), x.data_ptr());
  const at::Tensor chosen = Repack(x, ragged, ends);
  ASSERT_EQ(chosen.sizes(), at::IntArrayRef({2, 4}));
  EXPECT_TRUE(chosen[0].equal(x[0]));
  EXPECT_TRUE(chosen[1].equal(x[2]));
  const at::Tensor back = Repack(chosen, ends, ragged);
  ASSERT_EQ(back.sizes(), x.sizes());
  EXPECT_TRUE(back[2].equal(x[2]));
  EXPECT_EQ(back[1].abs().max().item<double>(), 0);
  EXPECT_EQ(back[3].abs().max().item<double>(), 0);
}

TEST(Packing, CutsHeads) {
  const at::Tensor x = RandomTensor({4, 6}, 1);
  const at::Tensor heads = UnpackHeads(x, 2, Ragged());
  ASSERT_EQ(heads.sizes(), at::IntArrayRef({2, 2, 3, 3}));
  EXPECT_TRUE(heads[0][1][2].equal(x[2].narrow(0, 3, 3)));
  EXPECT_TRUE(heads[1][0][0].equal(x[3].narrow(0, 0, 3)));
}

TEST(Packing, PassesGradientsOn) {
  const at::Tensor weights = RandomTensor({2, 3, 4}, 2);
  const auto packed = [&](const auto& x) { return (Pack(x[0], Ragged()) * Pack(weights, Ragged())).sum(); };
  const auto unpacked = [&](const auto& x) { return (Unpack(x[0], Ragged()) * weights).sum(); };
  const Packing ends{{3, 1}, 3, {}, at::tensor({0, 2}, at::kLong)};
  const auto repacked = [&](const auto& x) {
    return (Repack(x[0], Ragged(), ends) * weights[0].narrow(0, 0, 2)).sum();
  };
  EXPECT_LT(testing::GradientError(repacked, {RandomTensor({4, 4}, 1)}), 1e-8);
  EXPECT_LT(testing::GradientError(packed, {RandomTensor({2, 3, 4}, 1)}), 1e-8);
  EXPECT_LT(testing::GradientError(unpacked, {RandomTensor({4, 4}, 1)}), 1e-8);
}

}  // namespace
}  // namespace retort::ops
