#include "framework/ops/layer_norm/layer_norm.h"

#include <cmath>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/layer_norm/layer_norm_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

using Function = at::Tensor (*)(const at::Tensor&, const at::Tensor&, const at::Tensor&, double);

constexpr double kEpsilon = 1e-5;

// Inputs: x, scale, shift, and the weights of the sum.
testing::ScalarFunction WeightedSum(Function f) {
  return [f](const std::vector<at::Tensor>& in) { return (f(in[0], in[1], in[2], kEpsilon) * in[3]).sum(); };
}

std::vector<at::Tensor> Inputs(at::ScalarType type, int64_t width) {
  return {2 * RandomTensor({3, 4, width}, 1, type) + 1, RandomTensor({width}, 2, type), RandomTensor({width}, 3, type),
          RandomTensor({3, 4, width}, 4, type)};
}

// μ = 3 and σ² = 4, so that (x - μ) / √(4 + 5) is -2/3 and 2/3.
TEST(LayerNorm, HandWorkedValues) {
  const at::Tensor x = at::tensor({1.0, 5.0}, at::kDouble);
  const at::Tensor scale = at::tensor({3.0, 6.0}, at::kDouble), shift = at::tensor({0.0, 1.0}, at::kDouble);
  EXPECT_THAT(LayerNorm(x, scale, shift, 5), IsCloseTo(at::tensor({-2.0, 5.0}, at::kDouble), 1e-14));
}

TEST(LayerNorm, ValueAndGradientsAreTheReferences) {
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-5)}) {
    const std::vector<at::Tensor> in = Inputs(type, 77);
    const at::Tensor out = LayerNorm(in[0], in[1], in[2], kEpsilon);
    EXPECT_EQ(out.scalar_type(), type);
    EXPECT_THAT(out, IsCloseTo(LayerNormReference(in[0], in[1], in[2], kEpsilon), tolerance));
    const auto got = testing::Gradients(WeightedSum(LayerNorm), in);
    const auto want = testing::Gradients(WeightedSum(LayerNormReference), in);
    for (int i = 0; i < 3; ++i) EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance)) << "input " << i;
  }
}

TEST(LayerNorm, GradientIsThatOfDifferences) {
  EXPECT_LT(testing::GradientError(WeightedSum(LayerNorm), Inputs(at::kDouble, 6)), 1e-7);
}

// In bfloat16 one rounding of what float64 gives, relative to the size of a sum.
TEST(LayerNorm, GradientsOfBfloat16AreOfExactSums) {
  std::vector<at::Tensor> halves, doubles;
  for (const at::Tensor& input : Inputs(at::kDouble, 77)) {
    halves.push_back(input.to(at::kBFloat16));
    doubles.push_back(halves.back().to(at::kDouble));
  }
  const auto got = testing::Gradients(WeightedSum(LayerNorm), halves);
  const auto want = testing::Gradients(WeightedSum(LayerNormReference), doubles);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(got[i].to(at::kDouble), IsCloseTo(want[i], 1.0 / 64)) << "input " << i;
}

TEST(LayerNorm, BitsDoNotDependOnThreads) {
  const int threads = at::get_num_threads();
  std::vector<std::vector<at::Tensor>> results;
  for (int n : {1, 2, 3}) {
    at::set_num_threads(n);
    const std::vector<at::Tensor> in = {RandomTensor({1000, 96}, 1), RandomTensor({96}, 2), RandomTensor({96}, 3),
                                        RandomTensor({1000, 96}, 4)};
    results.push_back(testing::Gradients(WeightedSum(LayerNorm), in));
  }
  at::set_num_threads(threads);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(results[1][i].equal(results[0][i])) << "input " << i;
    EXPECT_TRUE(results[2][i].equal(results[0][i])) << "input " << i;
  }
}

}  // namespace
}  // namespace retort::ops
