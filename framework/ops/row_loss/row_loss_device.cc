#include "framework/ops/row_loss/row_loss_device.h"

#include "framework/ops/row_loss/row_loss_reference.h"

namespace retort::ops {

RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns) {
  return RowLossGradientReference(scales, student_logits, teacher_logits, labels, soft_rows, columns);
}

}  // namespace retort::ops
