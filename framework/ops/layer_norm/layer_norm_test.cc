#include "framework/ops/layer_norm/layer_norm.h"

#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/ops/layer_norm/layer_norm_reference.h"
#include "framework/ops/packing/packing.h"
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

// Expects gradients in bfloat16 to be one rounding from what float64 gives, relative to the size of a sum.
void ExpectExactSumsInBfloat16(const testing::ScalarFunction& f, const testing::ScalarFunction& reference,
                               const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> halves, doubles;
  for (const at::Tensor& input : inputs) {
    halves.push_back(input.to(at::kBFloat16));
    doubles.push_back(halves.back().to(at::kDouble));
  }
  const auto got = testing::Gradients(f, halves);
  const auto want = testing::Gradients(reference, doubles);
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_THAT(got[i].to(at::kDouble), IsCloseTo(want[i], 1.0 / 64)) << "input " << i;
  }
}

TEST(LayerNorm, GradientsOfBfloat16AreOfExactSums) {
  ExpectExactSumsInBfloat16(WeightedSum(LayerNorm), WeightedSum(LayerNormReference), Inputs(at::kDouble, 77));
}

// Expects the gradients of f to have the same bits with 1, 2 and 3 threads.
void ExpectSameBitsWithAnyThreads(const testing::ScalarFunction& f, const std::vector<at::Tensor>& in) {
  const int threads = at::get_num_threads();
  std::vector<std::vector<at::Tensor>> results;
  for (int n : {1, 2, 3}) {
    at::set_num_threads(n);
    results.push_back(testing::Gradients(f, in));
  }
  at::set_num_threads(threads);
  for (size_t i = 0; i < in.size(); ++i) {
    EXPECT_TRUE(results[1][i].equal(results[0][i])) << "input " << i;
    EXPECT_TRUE(results[2][i].equal(results[0][i])) << "input " << i;
  }
}

TEST(LayerNorm, BitsDoNotDependOnThreads) {
  ExpectSameBitsWithAnyThreads(WeightedSum(LayerNorm), {RandomTensor({1000, 96}, 1), RandomTensor({96}, 2),
                                                        RandomTensor({96}, 3), RandomTensor({1000, 96}, 4)});
}

constexpr double kRate = 0.3;
constexpr int64_t kPositions = 5;

// Sequences of 5, 2 and 3 positions, without their padding.
Packing SomePacking() { return {{5, 2, 3}, kPositions, {}, at::tensor({0, 1, 2, 3, 4, 5, 6, 10, 11, 12}, at::kLong)}; }

DropoutSite Site() { return {11, 2, 3, at::tensor({7, 1, 9}, at::kLong)}; }

// Inputs: x, skip, scale, shift, and the weights of the sum.
std::vector<at::Tensor> ResidualInputs(at::ScalarType type, int64_t width) {
  return {2 * RandomTensor({10, width}, 1, type) + 1, RandomTensor({10, width}, 2, type),
          RandomTensor({width}, 3, type), RandomTensor({width}, 4, type), RandomTensor({10, width}, 5, type)};
}

testing::ScalarFunction WeightedResidual(double rate) {
  return [rate](const std::vector<at::Tensor>& in) {
    return (ResidualLayerNorm(in[0], in[1], in[2], in[3], kEpsilon, {rate, Site()}, SomePacking()) * in[4]).sum();
  };
}

testing::ScalarFunction WeightedResidualReference(double rate) {
  return [rate](const std::vector<at::Tensor>& in) {
    const at::Tensor keep = DropoutScaleReference(kPositions, in[0].size(1), rate, Site(), at::kCPU);
    const at::Tensor sum = in[1] + in[0] * Pack(keep, SomePacking()).to(in[0].scalar_type());
    return (LayerNormReference(sum, in[2], in[3], kEpsilon) * in[4]).sum();
  };
}

// Of 77 channels, which end within a block of draws, and of 128.
TEST(ResidualLayerNorm, ValueAndGradientsAreTheReferences) {
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-5)}) {
    for (double rate : {0.0, kRate}) {
      for (int64_t width : {77, 128}) {
        const std::vector<at::Tensor> in = ResidualInputs(type, width);
        EXPECT_THAT(WeightedResidual(rate)(in), IsCloseTo(WeightedResidualReference(rate)(in), tolerance));
        const auto got = testing::Gradients(WeightedResidual(rate), in);
        const auto want = testing::Gradients(WeightedResidualReference(rate), in);
        for (int i = 0; i < 5; ++i) {
          EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance)) << "input " << i << ", rate " << rate << ", " << width;
        }
      }
    }
  }
}

TEST(ResidualLayerNorm, GradientIsThatOfDifferences) {
  EXPECT_LT(testing::GradientError(WeightedResidual(kRate), ResidualInputs(at::kDouble, 6)), 1e-7);
}

TEST(ResidualLayerNorm, GradientsOfBfloat16AreOfExactSums) {
  ExpectExactSumsInBfloat16(WeightedResidual(kRate), WeightedResidualReference(kRate), ResidualInputs(at::kDouble, 77));
}

TEST(ResidualLayerNorm, BitsDoNotDependOnThreads) {
  const DropoutSite site{11, 2, 3, at::arange(10, at::kLong)};
  const Packing packing{std::vector<int64_t>(10, 100), 100, {}, {}};
  const auto sum = [&](const std::vector<at::Tensor>& in) {
    return (ResidualLayerNorm(in[0], in[1], in[2], in[3], kEpsilon, {kRate, site}, packing) * in[4]).sum();
  };
  ExpectSameBitsWithAnyThreads(sum, {RandomTensor({1000, 96}, 1), RandomTensor({1000, 96}, 5), RandomTensor({96}, 2),
                                     RandomTensor({96}, 3), RandomTensor({1000, 96}, 4)});
}

}  // namespace
}  // namespace retort::ops
