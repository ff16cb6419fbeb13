#include "framework/ops/row_loss/row_loss_reference.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/clamp_min.h"
#include "ATen/ops/exp.h"
#include "ATen/ops/gather.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/ne.h"
#include "ATen/ops/where.h"
#include "ATen/ops/zeros.h"
#include "framework/batch/batch.h"

namespace retort::ops {

RowLossSums RowLossGradientReference(const RowLossScales& scales, at::Tensor student_logits,
                                     const at::Tensor& teacher_logits, const at::Tensor& labels,
                                     const at::Tensor& soft_rows, int64_t columns) {
  at::AutoGradMode with_gradient(true);
  const at::ScalarType type = student_logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor leaf = student_logits.detach().to(type, /*non_blocking=*/false, /*copy=*/true).set_requires_grad(true);
  const at::Tensor s = leaf.narrow(1, 0, columns);
  const at::Tensor zero = at::zeros({}, s.options().dtype(at::kDouble).requires_grad(false));
  RowLossSums sums{zero, zero, zero};
  at::Tensor objective = zero;
  auto add = [&](const at::Tensor& rows, double scale, at::Tensor* sum) {
    const at::Tensor value = rows.to(at::kDouble).sum();
    objective = objective + scale * value;
    *sum = value.detach();
  };
  auto soft = [&](const at::Tensor& rows) {
    return soft_rows.defined() ? at::where(soft_rows, rows, at::zeros({}, rows.options())) : rows;
  };
  const at::Tensor t = teacher_logits.defined() ? teacher_logits.detach().to(type).narrow(1, 0, columns) : at::Tensor();
  if (scales.kl_scale != 0) {
    const at::Tensor log_s = at::log_softmax(s / scales.temperature, -1);
    const at::Tensor log_t = at::log_softmax(t / scales.temperature, -1);
    add(soft((log_t.exp() * (log_t - log_s)).sum(-1)), scales.kl_scale, &sums.kl);
  }
  if (scales.ce_scale != 0) {
    const at::Tensor picked = at::gather(at::log_softmax(s, -1), 1, labels.clamp_min(0).unsqueeze(1)).squeeze(1);
    add(at::where(labels.ne(kNoLabel), -picked, at::zeros({}, picked.options())), scales.ce_scale, &sums.ce);
  }
  if (scales.mse_scale != 0) add(soft((s - t).pow(2).sum(-1)), scales.mse_scale, &sums.mse);
  if (objective.requires_grad()) {
    objective.backward();
    at::NoGradGuard no_grad;
    student_logits.copy_(leaf.grad());
  } else {
    at::NoGradGuard no_grad;
    student_logits.zero_();
  }
  return sums;
}

}  // namespace retort::ops
