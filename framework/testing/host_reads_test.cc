#include "framework/testing/host_reads.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/nonzero.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HostReads, AreThoseOfItsLife) {
  const at::Tensor values = at::ones({3});
  values[0].item<float>();
  const HostReads reads;
  EXPECT_THAT((values * 2).sum(), ::testing::A<at::Tensor>());
  EXPECT_THAT(reads.operations(), IsEmpty());
  values[0].item<float>();
  at::nonzero(values);
  values.index({values.gt(0)});
  EXPECT_THAT(reads.operations(), ElementsAre("aten::_local_scalar_dense", "aten::nonzero", "aten::nonzero"));
}

// The gradient of a maximum asks for nothing; that of an index that is a mask does.
TEST(HostReads, AreSeenInABackwardPass) {
  const at::Tensor leaf = at::ones({3}).set_requires_grad(true);
  const at::Tensor chosen = leaf.index({leaf.gt(0)}).sum();
  const HostReads reads;
  torch::autograd::backward({chosen});
  EXPECT_THAT(reads.operations(), ElementsAre("aten::nonzero"));
}

}  // namespace
}  // namespace retort::testing
