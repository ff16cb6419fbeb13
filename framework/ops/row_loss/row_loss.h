#ifndef RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_H_
#define RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Coefficients of the three row losses that one pass over the logits computes. For row n with student logits s, teacher
// logits t and label y:
//
//   kl  = KL( softmax(t/τ) || softmax(s/τ) )      nats
//   ce  = -log softmax(s)[y]                      nats
//   mse = Σ_c (s_c - t_c)²
//
//   ∂/∂s = kl_scale · (softmax(s/τ) - softmax(t/τ)) / τ + ce_scale · (softmax(s) - 1[c = y]) + 2 · mse_scale · (s - t)
struct RowLossScales {
  double kl_scale = 0;  // Weight / count, τ² included where a term wants it. 0: not computed.
  double temperature = 1;
  double ce_scale = 0;   // Rows with label kNoLabel add nothing to ce. 0: not computed.
  double mse_scale = 0;  // 0: not computed.
};

// Unscaled sums over the rows that each loss reads.
struct RowLossSums {
  at::Tensor kl, ce, mse;  // [] float64 on the logits' device.
};

// Computes the sums and writes the gradient of Σ_rows (kl_scale·kl + ce_scale·ce + mse_scale·mse) over
// `student_logits`.
//
// Args:
//   student_logits: [n, C] float32 or bfloat16 (float64 in tests); on the CPU contiguous, on a device rows may lie
//     further apart. Overwritten with its gradient.
//   teacher_logits: [n, C] of the same or another float type, or undefined if kl_scale and mse_scale are 0; the
//     values of a row side by side. Unchanged.
//   labels:         [n] int64, or undefined if ce_scale is 0; kNoLabel (-100) for rows without.
//   soft_rows:      [n] bool, or undefined for all rows: the rows that kl and mse read.
//   columns:        Columns >= this are padding: not read, gradient 0. C means none.
// Numerics: float32 per element with float64 sums over rows (float64 throughout for float64 logits); log-softmax with
//   the maximum taken out. Deterministic for a given shape, whatever the number of threads.
RowLossSums RowLossGradient(const RowLossScales& scales, at::Tensor student_logits, const at::Tensor& teacher_logits,
                            const at::Tensor& labels, const at::Tensor& soft_rows, int64_t columns);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_H_
