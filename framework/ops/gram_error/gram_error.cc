#include "framework/ops/gram_error/gram_error.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/sum.h"
#include "ATen/ops/zeros.h"
#include "framework/ops/matmul/matmul.h"

namespace retort::ops {
namespace {

at::Tensor BiasOf(const LinearRows& layer, at::ScalarType type) {
  return layer.bias.defined() ? layer.bias.to(type)
                              : at::zeros({layer.matrix.size(0)}, layer.matrix.options().dtype(type));
}

bool SameWidth(const LinearRows& student, const LinearRows& teacher) {
  return student.matrix.size(1) == teacher.matrix.size(1);
}

// F, [V, D].
at::Tensor Factors(const LinearRows& student, const LinearRows& teacher, at::ScalarType type) {
  const at::Tensor ours = student.matrix.to(type), theirs = teacher.matrix.to(type);
  const at::Tensor bias = BiasOf(student, type) - BiasOf(teacher, type);
  return at::cat({ours, SameWidth(student, teacher) ? ours - theirs : theirs.neg(), bias.unsqueeze(1)}, 1);
}

// U, [n, D].
at::Tensor Rows(const LinearRows& student, const LinearRows& teacher, at::ScalarType type) {
  const at::Tensor x = student.input.to(type), y = teacher.input.to(type);
  return at::cat({SameWidth(student, teacher) ? x - y : x, y, at::ones({x.size(0), 1}, x.options())}, 1);
}

}  // namespace

GramError GramErrorGradient(const LinearRows& student, const LinearRows& teacher, double scale) {
  const at::ScalarType type = student.input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const int64_t width = student.input.size(1);
  const at::Tensor factors = Factors(student, teacher, type), rows = Rows(student, teacher, type);
  const at::Tensor images = MatMul(rows, TransposedProduct(factors, factors));  // U FᵀF
  GramError error;
  error.sum = at::sum(images * rows, at::kDouble).clamp_min(0);
  error.input_gradient = 2 * scale * images.narrow(1, 0, width);
  error.matrix_gradient_left = factors.t();
  error.matrix_gradient_right = 2 * scale * TransposedProduct(rows, student.input.to(type));
  error.bias_gradient = 2 * scale * MatMul(factors, at::sum(rows, 0).unsqueeze(1)).squeeze(1);
  return error;
}

double GramErrorFlops(double rows, int64_t student_width, int64_t teacher_width, int64_t outputs) {
  const auto of_student = static_cast<double>(student_width);
  const double both = of_student + static_cast<double>(teacher_width) + 1;
  return 2 * (static_cast<double>(outputs) + rows) * both * (both + of_student);
}

double OutputErrorFlops(double rows, int64_t student_width, int64_t teacher_width, int64_t outputs) {
  return 2 * rows * static_cast<double>(outputs) * static_cast<double>(3 * student_width + teacher_width);
}

}  // namespace retort::ops
