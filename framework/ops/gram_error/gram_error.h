#ifndef RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_H_
#define RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_H_

#include <cstdint>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// What a linear layer makes its outputs x Wᵀ + b of: x [n, H], W [V, H], b [V] or undefined.
struct LinearRows {
  at::Tensor input, matrix, bias;
};

// The squared error of two layers' outputs, and its gradient for the first of them.
struct GramError {
  at::Tensor sum;             // [] float64: not scaled.
  at::Tensor input_gradient;  // [n, H_s]
  // The gradient of the matrix is the product of leftᵀ and right: [D, V] and [D, H_s].
  at::Tensor matrix_gradient_left, matrix_gradient_right;
  at::Tensor bias_gradient;  // [V]
};

// Squared error of the outputs of two linear layers as wide as a vocabulary, without these outputs:
//
//   sum = Σ_n |W_s x_n + b_s - W_t y_n - b_t|² = Σ_n |F u_n|² = Σ_n u_nᵀ (FᵀF) u_n,
//
//   F = [W_s, W_s - W_t, b_s - b_t],  u_n = [x_n - y_n, y_n, 1]   for layers of one width, else
//   F = [W_s, -W_t, b_s - b_t],       u_n = [x_n, y_n, 1],
//
// so that a matrix [D, D] stands for V outputs of each row, D = H_s + H_t + 1. With U of rows u_n, the gradients of
// scale · sum are 2 scale (U FᵀF)[:, :H_s] for x, and 2 scale F UᵀX for W_s.
//
// Args: student: x, W_s, b_s; teacher: y, W_t, b_t, of the same n and V and on the same device; scale: of the
//   gradients. Float types may differ.
// Returns: gradients in float32 (float64 for float64 inputs).
// Numerics: float32 products (float64 for float64 inputs) whatever the inputs' type. Between layers of one width what
//   is multiplied is small where the student is near the teacher, and 0 where they are the same: relative errors are
//   those of float32 products. Between others the parts of a row cancel: where outputs differ by a share q, the
//   relative error of the sum is 3e-7 / q² or so, and that of gradients 3e-7 / q; a sum below 0 is given as 0.
GramError GramErrorGradient(const LinearRows& student, const LinearRows& teacher, double scale);

// Multiplications and additions of matrix products: of the Gram form, and of outputs, forward and backward for the
// student and forward for the teacher.
double GramErrorFlops(double rows, int64_t student_width, int64_t teacher_width, int64_t outputs);
double OutputErrorFlops(double rows, int64_t student_width, int64_t teacher_width, int64_t outputs);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_GRAM_ERROR_GRAM_ERROR_H_
