#include "framework/loss/label_loss.h"

#include "ATen/core/Reduction.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/nll_loss.h"
#include "framework/loss/term_support.h"

namespace retort {

at::Tensor LabelSum(const at::Tensor& student, const at::Tensor& labels) {
  const at::Tensor log_s = at::log_softmax(InLossType(student), -1);
  return at::nll_loss(log_s, labels, /*weight=*/{}, at::Reduction::Sum, kNoLabel);
}

absl::StatusOr<at::Tensor> LabelLoss::SumRows(const LogitRows& logits) const {
  return LabelSum(logits.student, logits.labels);
}

std::optional<FusedRowLoss> LabelLoss::fused() const {
  FusedRowLoss fused;
  fused.ce = 1;
  return fused;
}

}  // namespace retort
