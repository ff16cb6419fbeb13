#include "framework/ops/matmul/matmul.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr double kBfloat16Rounding = 1.0 / 256;  // Half a unit of 8 bits of mantissa.

at::Tensor Leaf(const at::Tensor& values) { return values.detach().clone().set_requires_grad(true); }

// The product and the gradients of its factors for the output gradient `direction`, computed in one type.
struct Pass {
  at::Tensor out;
  std::vector<at::Tensor> gradients;
};

template <typename Product>
Pass Run(const Product& product, const std::vector<at::Tensor>& inputs, const at::Tensor& direction) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& input : inputs) leaves.push_back(Leaf(input));
  Pass pass;
  pass.out = product(leaves);
  pass.gradients = torch::autograd::grad({pass.out}, leaves, {direction.to(pass.out.scalar_type())});
  return pass;
}

// bfloat16 against float64 of the same bfloat16 numbers: one rounding apart, relative to the size of a sum.
template <typename Product, typename Reference>
void ExpectOneRounding(const Product& product, const Reference& reference, const std::vector<at::Tensor>& inputs,
                       const at::Tensor& direction) {
  std::vector<at::Tensor> halves, doubles;
  for (const at::Tensor& input : inputs) {
    halves.push_back(input.to(at::kBFloat16));
    doubles.push_back(halves.back().to(at::kDouble));
  }
  const Pass got = Run(product, halves, direction.to(at::kBFloat16));
  const Pass want = Run(reference, doubles, direction.to(at::kBFloat16));
  EXPECT_EQ(got.out.scalar_type(), at::kBFloat16);
  EXPECT_THAT(got.out.to(at::kDouble), IsCloseTo(want.out, kBfloat16Rounding));
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(got.gradients[i].scalar_type(), at::kBFloat16);
    EXPECT_THAT(got.gradients[i].to(at::kDouble), IsCloseTo(want.gradients[i], kBfloat16Rounding)) << i;
  }
}

TEST(Linear, InBfloat16IsOneRoundingFromExact) {
  const auto product = [](const auto& in) { return Linear(in[0], in[1], in[2]); };
  const auto reference = [](const auto& in) { return at::linear(in[0], in[1], in[2]); };
  ExpectOneRounding(product, reference, {RandomTensor({3, 5, 17}, 1), RandomTensor({11, 17}, 2), RandomTensor({11}, 3)},
                    RandomTensor({3, 5, 11}, 4));
}

TEST(Linear, OtherTypesAreLibtorchs) {
  const at::Tensor x = RandomTensor({3, 5, 17}, 1), weight = RandomTensor({11, 17}, 2), bias = RandomTensor({11}, 3);
  EXPECT_TRUE(Linear(x, weight, bias).equal(at::linear(x, weight, bias)));
  EXPECT_TRUE(Linear(x, weight, at::Tensor()).equal(at::linear(x, weight)));
}

TEST(MatMul, InBfloat16IsOneRoundingFromExact) {
  const auto product = [](const auto& in) { return MatMul(in[0], in[1]); };
  const auto reference = [](const auto& in) { return at::matmul(in[0], in[1]); };
  ExpectOneRounding(product, reference, {RandomTensor({2, 3, 7, 9}, 1), RandomTensor({2, 3, 9, 5}, 2)},
                    RandomTensor({2, 3, 7, 5}, 3));
}

TEST(Factor, KeepsValues) {
  const at::Tensor x = RandomTensor({4, 4}, 1);
  EXPECT_TRUE(Factor(x).is_same(x));
  const at::Tensor half = x.to(at::kBFloat16);
  EXPECT_TRUE(Factor(half).to(at::kBFloat16).equal(half));
}

}  // namespace
}  // namespace retort::ops
