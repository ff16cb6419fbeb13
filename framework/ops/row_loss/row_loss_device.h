#ifndef RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/row_loss/row_loss.h"

namespace retort::ops {

// RowLossGradient on a device that is not the CPU: the kernel where there is one, for float32 and bfloat16 logits.
// All tensors are contiguous.
RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_
