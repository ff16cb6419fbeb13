#include "framework/ops/gram_error/gram_error.h"

#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/gram_error/gram_error_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

LinearRows RandomLayer(int64_t rows, int64_t width, int64_t outputs, uint64_t seed, at::ScalarType type = at::kDouble) {
  return {RandomTensor({rows, width}, seed, type), RandomTensor({outputs, width}, seed + 1, type),
          RandomTensor({outputs}, seed + 2, type)};
}

at::Tensor MatrixGradient(const GramError& error) {
  return at::matmul(error.matrix_gradient_left.t(), error.matrix_gradient_right);
}

// Of input, matrix and bias of the student.
std::vector<at::Tensor> ReferenceGradients(const LinearRows& student, const LinearRows& teacher, double scale) {
  const auto error = [&](const std::vector<at::Tensor>& in) {
    return scale * GramErrorReference({in[0], in[1], in[2]}, teacher);
  };
  return testing::Gradients(error, {student.input, student.matrix, student.bias});
}

void ExpectAgrees(const LinearRows& student, const LinearRows& teacher, double tolerance) {
  constexpr double kScale = 0.3;
  const GramError got = GramErrorGradient(student, teacher, kScale);
  const std::vector<at::Tensor> want = ReferenceGradients(student, teacher, kScale);
  EXPECT_THAT(got.sum, IsCloseTo(GramErrorReference(student, teacher).to(at::kDouble), tolerance));
  EXPECT_THAT(got.input_gradient, IsCloseTo(want[0], tolerance));
  EXPECT_THAT(MatrixGradient(got), IsCloseTo(want[1], tolerance));
  EXPECT_THAT(got.bias_gradient, IsCloseTo(want[2], tolerance));
}

// Outputs 2 · 3 + 1 = 7 and -3 + 0 = -3 against 4 and 0: 9 + 9. Gradients 2 (s - t) = 6 and -6: of x 6 · 2 - 6 · -1, of
// the matrix times x = 3.
TEST(GramError, HandWorked) {
  const auto tensor = [](std::vector<double> values) { return at::tensor(values, at::kDouble); };
  const LinearRows student{tensor({3}).view({1, 1}), tensor({2, -1}).view({2, 1}), tensor({1, 0})};
  const LinearRows teacher{tensor({1, 0}).view({1, 2}), tensor({4, 5, 0, 7}).view({2, 2}), {}};
  const GramError error = GramErrorGradient(student, teacher, 1);
  EXPECT_DOUBLE_EQ(error.sum.item<double>(), 18);
  EXPECT_THAT(error.input_gradient, IsCloseTo(tensor({18}).view({1, 1}), 1e-12));
  EXPECT_THAT(MatrixGradient(error), IsCloseTo(tensor({18, -18}).view({2, 1}), 1e-12));
  EXPECT_THAT(error.bias_gradient, IsCloseTo(tensor({6, -6}), 1e-12));
}

TEST(GramError, ValueAndGradientAreTheReferences) {
  ExpectAgrees(RandomLayer(9, 5, 23, 1), RandomLayer(9, 8, 23, 11), 1e-12);
  ExpectAgrees(RandomLayer(9, 8, 23, 1), RandomLayer(9, 8, 23, 11), 1e-12);
  ExpectAgrees(RandomLayer(70, 40, 131, 1), RandomLayer(70, 24, 131, 11), 1e-12);
}

// Float32's rounding of sums of some 65 products of numbers near 1, relative to gradients of some hundreds.
TEST(GramError, InFloat32) {
  const LinearRows student = RandomLayer(70, 40, 131, 1, at::kFloat),
                   teacher = RandomLayer(70, 24, 131, 11, at::kFloat);
  const auto wide = [](const LinearRows& layer) {
    return LinearRows{layer.input.to(at::kDouble), layer.matrix.to(at::kDouble), layer.bias.to(at::kDouble)};
  };
  const GramError got = GramErrorGradient(student, teacher, 1);
  const GramError want = GramErrorGradient(wide(student), wide(teacher), 1);
  const auto relative = [](const at::Tensor& a, const at::Tensor& b) {
    return ((a.to(at::kDouble) - b).norm() / b.norm()).item<double>();
  };
  constexpr double kRounding = 1e-6;
  EXPECT_EQ(got.input_gradient.scalar_type(), at::kFloat);
  EXPECT_LT(relative(got.sum, want.sum), kRounding);
  EXPECT_LT(relative(got.input_gradient, want.input_gradient), kRounding);
  EXPECT_LT(relative(MatrixGradient(got), MatrixGradient(want)), kRounding);
  EXPECT_LT(relative(got.bias_gradient, want.bias_gradient), kRounding);
}

// A student whose parameters differ from the teacher's by a share of them, in float32, and what it gives in float64.
TEST(GramError, KeepsItsPrecisionNearATeacherOfTheSameWidth) {
  const LinearRows teacher = RandomLayer(70, 40, 131, 1, at::kFloat), other = RandomLayer(70, 40, 131, 11, at::kFloat);
  const auto wide = [](const LinearRows& layer) {
    return LinearRows{layer.input.to(at::kDouble), layer.matrix.to(at::kDouble), layer.bias.to(at::kDouble)};
  };
  for (double share : {1e-2, 1e-4, 1e-6}) {
    const auto near = [&](const at::Tensor& a, const at::Tensor& b) { return a + share * b; };
    const LinearRows student{near(teacher.input, other.input), near(teacher.matrix, other.matrix),
                             near(teacher.bias, other.bias)};
    const GramError got = GramErrorGradient(student, teacher, 1);
    const GramError want = GramErrorGradient(wide(student), wide(teacher), 1);
    EXPECT_NEAR(got.sum.item<double>() / want.sum.item<double>(), 1, 1e-6) << share;
    const at::Tensor error = MatrixGradient(got).to(at::kDouble) - MatrixGradient(want);
    EXPECT_LT((error.norm() / MatrixGradient(want).norm()).item<double>(), 2e-6) << share;
  }
}

TEST(GramError, IsNothingForTheTeacherItself) {
  const LinearRows teacher = RandomLayer(70, 40, 131, 1, at::kFloat);
  const GramError error = GramErrorGradient(teacher, teacher, 1);
  EXPECT_EQ(error.sum.item<double>(), 0);
  EXPECT_EQ(error.input_gradient.abs().max().item<double>(), 0);
  EXPECT_EQ(MatrixGradient(error).abs().max().item<double>(), 0);
  EXPECT_EQ(error.bias_gradient.abs().max().item<double>(), 0);
}

// Inputs of bfloat16 are taken as the numbers that they are.
TEST(GramError, OfBfloat16IsThatOfTheSameNumbersInFloat32) {
  const LinearRows student = RandomLayer(9, 5, 23, 1, at::kFloat);
  const LinearRows teacher = RandomLayer(9, 8, 23, 11, at::kFloat);
  const auto rounded = [](const LinearRows& layer, at::ScalarType type) {
    const auto round = [&](const at::Tensor& x) { return x.to(at::kBFloat16).to(type); };
    return LinearRows{round(layer.input), round(layer.matrix), round(layer.bias)};
  };
  const GramError got = GramErrorGradient(rounded(student, at::kBFloat16), rounded(teacher, at::kBFloat16), 0.5);
  const GramError want = GramErrorGradient(rounded(student, at::kFloat), rounded(teacher, at::kFloat), 0.5);
  EXPECT_TRUE(got.sum.equal(want.sum));
  EXPECT_TRUE(got.input_gradient.equal(want.input_gradient));
  EXPECT_TRUE(MatrixGradient(got).equal(MatrixGradient(want)));
}

// 10 (6 + 4 + 1) (11 + 6) and 100 rows the same; 3 · 6 + 4 per output and row.
TEST(GramError, CountsProducts) {
  EXPECT_EQ(GramErrorFlops(100, 6, 4, 10), 2.0 * (10 + 100) * 11 * 17);
  EXPECT_EQ(OutputErrorFlops(100, 6, 4, 10), 2.0 * 100 * 10 * 22);
}

}  // namespace
}  // namespace retort::ops
