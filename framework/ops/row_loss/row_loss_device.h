#ifndef RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/row_loss/row_loss.h"

namespace retort::ops {

// RowLossGradient on a device that is not the CPU. Labels and soft_rows are contiguous, as are the values of each row
// of logits.
//
// In builds without --config=cuda one thread of the CPU does what the kernel does, for tests, on tensors of the CPU.
RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ROW_LOSS_ROW_LOSS_DEVICE_H_
