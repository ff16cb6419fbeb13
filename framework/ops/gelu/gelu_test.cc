#include "framework/ops/gelu/gelu.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/gelu/gelu_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

using Function = at::Tensor (*)(const at::Tensor&);

struct Pair {
  Function fast, reference;
};

constexpr Pair kPairs[] = {{Gelu, GeluReference}, {GeluTanh, GeluTanhReference}};

testing::ScalarFunction WeightedSum(Function f) {
  return [f](const std::vector<at::Tensor>& in) { return (f(in[0]) * in[1]).sum(); };
}

// Φ(1) = 0.8413447460685429; tanh(√(2/π) · 1.044715) = 0.6823839812165535.
TEST(Gelu, HandWorkedValues) {
  const at::Tensor x = at::tensor({-1.0, 0.0, 1.0}, at::kDouble);
  EXPECT_THAT(Gelu(x), IsCloseTo(at::tensor({-0.15865525393145707, 0.0, 0.8413447460685429}, at::kDouble), 1e-14));
  EXPECT_THAT(GeluTanh(x), IsCloseTo(at::tensor({-0.15880800939172324, 0.0, 0.8411919906082768}, at::kDouble), 1e-14));
}

TEST(Gelu, ValueAndGradientAreTheReferences) {
  for (const auto& [fast, reference] : kPairs) {
    for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-14), std::pair(at::kFloat, 1e-6)}) {
      const at::Tensor x = 3 * RandomTensor({7, 33}, 1, type), weights = RandomTensor({7, 33}, 2, type);
      EXPECT_EQ(fast(x).scalar_type(), type);
      EXPECT_THAT(fast(x), IsCloseTo(reference(x), tolerance));
      EXPECT_THAT(testing::Gradients(WeightedSum(fast), {x, weights})[0],
                  IsCloseTo(testing::Gradients(WeightedSum(reference), {x, weights})[0], tolerance));
    }
  }
}

TEST(Gelu, GradientIsThatOfDifferences) {
  for (const Pair& pair : kPairs) {
    EXPECT_LT(testing::GradientError(WeightedSum(pair.fast), {RandomTensor({3, 5}, 1), RandomTensor({3, 5}, 2)}), 1e-8);
  }
}

}  // namespace
}  // namespace retort::ops
