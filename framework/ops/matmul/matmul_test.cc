#include "framework/ops/matmul/matmul.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "ATen/record_function.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr double kBfloat16Rounding = 1.0 / 256;     // Half a unit of 8 bits of mantissa.
constexpr double kFloatRounding = 1.0 / (1 << 24);  // The same of 24; a sum of n products is rounded n times.

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

// Values and gradients in `type` beside those in float64 of the same numbers.
template <typename Product, typename Reference>
void ExpectClose(at::ScalarType type, double tolerance, const Product& product, const Reference& reference,
                 const std::vector<at::Tensor>& inputs, const at::Tensor& direction) {
  std::vector<at::Tensor> rounded, doubles;
  for (const at::Tensor& input : inputs) {
    rounded.push_back(input.to(type));
    doubles.push_back(rounded.back().to(at::kDouble));
  }
  const Pass got = Run(product, rounded, direction.to(type));
  const Pass want = Run(reference, doubles, direction.to(type));
  EXPECT_EQ(got.out.scalar_type(), type);
  EXPECT_THAT(got.out.to(at::kDouble), IsCloseTo(want.out, tolerance));
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(got.gradients[i].scalar_type(), type);
    EXPECT_THAT(got.gradients[i].to(at::kDouble), IsCloseTo(want.gradients[i], tolerance)) << i;
  }
}

// One rounding apart, relative to the size of a sum.
template <typename Product, typename Reference>
void ExpectOneRounding(const Product& product, const Reference& reference, const std::vector<at::Tensor>& inputs,
                       const at::Tensor& direction) {
  ExpectClose(at::kBFloat16, kBfloat16Rounding, product, reference, inputs, direction);
}

// `depth`: products in the longest sum.
template <typename Product, typename Reference>
void ExpectFloat32(int depth, const Product& product, const Reference& reference, const std::vector<at::Tensor>& inputs,
                   const at::Tensor& direction) {
  ExpectClose(at::kFloat, depth * kFloatRounding, product, reference, inputs, direction);
}

TEST(Linear, InBfloat16IsOneRoundingFromExact) {
  const auto product = [](const auto& in) { return Linear(in[0], in[1], in[2]); };
  const auto reference = [](const auto& in) { return at::linear(in[0], in[1], in[2]); };
  ExpectOneRounding(product, reference, {RandomTensor({3, 5, 17}, 1), RandomTensor({11, 17}, 2), RandomTensor({11}, 3)},
                    RandomTensor({3, 5, 11}, 4));
}

TEST(Linear, InFloat32IsExactToItsRoundings) {
  const auto product = [](const auto& in) { return Linear(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor()); };
  const auto reference = [](const auto& in) {
    return in.size() > 2 ? at::linear(in[0], in[1], in[2]) : at::linear(in[0], in[1]);
  };
  const at::Tensor x = RandomTensor({3, 5, 17}, 1), weight = RandomTensor({11, 17}, 2), bias = RandomTensor({11}, 3);
  ExpectFloat32(17, product, reference, {x, weight, bias}, RandomTensor({3, 5, 11}, 4));
  ExpectFloat32(17, product, reference, {x, weight}, RandomTensor({3, 5, 11}, 4));
  ExpectFloat32(300, product, reference, {RandomTensor({300, 130}, 5), RandomTensor({70, 130}, 6)},
                RandomTensor({300, 70}, 7));
}

TEST(Linear, TakesPartsOfTensorsAndNoRows) {
  const at::Tensor x = RandomTensor({4, 3, 8}, 1).to(at::kFloat);
  const at::Tensor weight = RandomTensor({9, 16}, 2).to(at::kFloat).narrow(1, 4, 8);
  EXPECT_THAT(Linear(x.select(1, 0), weight, at::Tensor()),
              IsCloseTo(at::linear(x.select(1, 0).contiguous(), weight.contiguous()), 8 * kFloatRounding));
  EXPECT_EQ(Linear(x.narrow(0, 0, 0), weight, at::Tensor()).sizes(), at::IntArrayRef({0, 3, 9}));
}

// Notes whether each matrix that oneDNN is given to multiply by, on this thread, has no gaps.
class OneDnnMatrices {
 public:
  OneDnnMatrices()
      : handle_(at::addThreadLocalCallback(
            at::RecordFunctionCallback(&Note).needsInputs(true).scopes({at::RecordScope::FUNCTION}))) {
    dense().clear();
  }
  ~OneDnnMatrices() { at::removeCallback(handle_); }

  static std::vector<bool>& dense() {
    thread_local std::vector<bool> dense;
    return dense;
  }

 private:
  static std::unique_ptr<at::ObserverContext> Note(const at::RecordFunction& function) {
    if (std::string_view(function.name()) != kOneDnnLinear) return nullptr;
    const at::Tensor& matrix = function.inputs()[1].toTensor();
    dense().push_back(matrix.is_contiguous() || matrix.t().is_contiguous());
    return nullptr;
  }

  at::CallbackHandle handle_;
};

// As a pooler, which reads the first of four positions: the gradient of its matrix multiplies by these rows. And a
// matrix that is a part of another.
TEST(Linear, GivesOneDnnMatricesWithoutGaps) {
  const at::Tensor rows = RandomTensor({5, 4, 8}, 1).to(at::kFloat).select(1, 0), direction = RandomTensor({5, 9}, 3);
  const at::Tensor weight = Leaf(RandomTensor({9, 16}, 2).to(at::kFloat)), part = weight.narrow(1, 4, 8);
  const OneDnnMatrices matrices;
  const at::Tensor out = Linear(rows, part, at::Tensor());
  const auto gradients = torch::autograd::grad({out}, {weight}, {direction.to(at::kFloat)});
  EXPECT_THAT(gradients[0].narrow(1, 4, 8),
              IsCloseTo(at::matmul(direction.to(at::kFloat).t(), rows), 5 * kFloatRounding));
  const size_t products = FloatProductLibrary() == std::string_view("oneDNN") ? 2 : 1;
  const size_t want = FloatProductLibrary() == std::string_view("MKL") ? 0 : products;
  EXPECT_EQ(matrices.dense(), std::vector<bool>(want, true));
}

TEST(Linear, HasNoGradientOfWhatNeedsNone) {
  const at::Tensor x = RandomTensor({4, 8}, 1).to(at::kFloat), weight = Leaf(RandomTensor({9, 8}, 2).to(at::kFloat));
  const at::Tensor out = Linear(x, weight, at::Tensor());
  const auto gradients = torch::autograd::grad({out}, {weight}, {at::ones_like(out)});
  EXPECT_THAT(gradients[0], IsCloseTo(x.sum(0).expand({9, 8}), 4 * kFloatRounding));
  EXPECT_FALSE(Linear(x, weight.detach(), at::Tensor()).requires_grad());
}

TEST(Linear, InFloat64IsLibtorchs) {
  const at::Tensor x = RandomTensor({3, 17}, 1), weight = RandomTensor({11, 17}, 2);
  EXPECT_TRUE(Linear(x, weight, at::Tensor()).equal(at::linear(x, weight)));
}

TEST(MatMul, InFloat32IsExactToItsRoundings) {
  const auto product = [](const auto& in) { return MatMul(in[0], in[1]); };
  const auto reference = [](const auto& in) { return at::matmul(in[0], in[1]); };
  ExpectFloat32(9, product, reference, {RandomTensor({5, 9}, 1), RandomTensor({9, 6}, 2)}, RandomTensor({5, 6}, 3));
  ExpectFloat32(9, product, reference, {RandomTensor({2, 7, 9}, 1), RandomTensor({2, 9, 5}, 2)},
                RandomTensor({2, 7, 5}, 3));
}

TEST(MatMul, InBfloat16IsOneRoundingFromExact) {
  const auto product = [](const auto& in) { return MatMul(in[0], in[1]); };
  const auto reference = [](const auto& in) { return at::matmul(in[0], in[1]); };
  ExpectOneRounding(product, reference, {RandomTensor({2, 3, 7, 9}, 1), RandomTensor({2, 3, 9, 5}, 2)},
                    RandomTensor({2, 3, 7, 5}, 3));
}

// aᵀ b where a is the narrower and where it is the wider factor, of many rows; b is a part of a tensor.
TEST(AddTransposedProduct, InFloat32IsExactToItsRoundings) {
  constexpr int kRows = 200;
  for (const auto& [m, k] : {std::pair<int64_t, int64_t>(7, 33), {33, 7}, {33, 30}}) {
    const at::Tensor a = RandomTensor({kRows, m}, 1).to(at::kFloat);
    const at::Tensor b = RandomTensor({kRows, k + 9}, 2).to(at::kFloat).narrow(1, 4, k);
    const at::Tensor start = RandomTensor({m, k}, 3).to(at::kFloat);
    const at::Tensor want = start.to(at::kDouble) + at::matmul(a.t().to(at::kDouble), b.to(at::kDouble));
    const at::Tensor sum = start.clone();
    AddTransposedProduct(a, b, sum);
    EXPECT_THAT(sum.to(at::kDouble), IsCloseTo(want, kRows * kFloatRounding)) << m << " x " << k;
  }
}

// The product is rounded to bfloat16 at most once, and added in float32.
TEST(AddTransposedProduct, OfBfloat16AddsInFloat32) {
  const at::Tensor a = RandomTensor({50, 7}, 1).to(at::kBFloat16), b = RandomTensor({50, 33}, 2).to(at::kBFloat16);
  const at::Tensor start = 1000 * RandomTensor({7, 33}, 3).to(at::kFloat);
  const at::Tensor product = at::matmul(a.t().to(at::kDouble), b.to(at::kDouble));
  const at::Tensor sum = start.clone();
  AddTransposedProduct(a, b, sum);
  EXPECT_THAT((sum - start).to(at::kDouble), IsCloseTo(product, kBfloat16Rounding));
}

TEST(Factor, KeepsValues) {
  const at::Tensor x = RandomTensor({4, 4}, 1);
  EXPECT_TRUE(Factor(x).is_same(x));
  const at::Tensor half = x.to(at::kBFloat16);
  EXPECT_TRUE(Factor(half).to(at::kBFloat16).equal(half));
}

}  // namespace
}  // namespace retort::ops
