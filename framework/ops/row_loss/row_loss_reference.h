#ifndef RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_REFERENCE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/row_loss/row_loss.h"

namespace retort::ops {

// RowLossGradient with plain ATen operations and autograd.
RowLossSums RowLossGradientReference(const RowLossScales& scales, at::Tensor student_logits,
                                     const at::Tensor& teacher_logits, const at::Tensor& labels,
                                     const at::Tensor& soft_rows, int64_t columns);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_REFERENCE_H_
