#include "framework/ops/row_loss/row_loss_device.h"

#include <cstdint>

#include "ATen/ops/empty.h"
#include "ATen/ops/sum.h"
#include "framework/ops/block/block.h"
#include "framework/ops/row_loss/row_loss_row.h"
#include "glog/logging.h"

namespace retort::ops {

RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns) {
  CHECK(student_logits.device().is_cpu());
  const at::Tensor values = at::empty({3, student_logits.size(0)}, at::kDouble);
  DispatchLogits(student_logits, teacher_logits, [&](auto s, auto t) {
    const auto pass = RowLossPassOf<decltype(s), decltype(t)>(scales, student_logits, teacher_logits, labels, soft_rows,
                                                              columns, values);
    for (int64_t row = 0; row < pass.rows; ++row) RunRowLoss</*kStaged=*/false>(HostBlock(), pass, row, nullptr);
  });
  const at::Tensor sums = at::sum(values, {1});
  return {sums[0], sums[1], sums[2]};
}

}  // namespace retort::ops
