#include "plugins/loss/masked_lm/masked_lm.h"

#include "ATen/core/Reduction.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/nll_loss.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(MaskedLmLoss, MaskedLmConfig);

}  // namespace

at::Tensor MaskedLmSum(const at::Tensor& student, const at::Tensor& labels) {
  const at::Tensor log_s = at::log_softmax(InLossType(student), -1);
  return at::nll_loss(log_s, labels, /*weight=*/{}, at::Reduction::Sum, kNoLabel);
}

absl::StatusOr<std::unique_ptr<LossTerm>> MaskedLmLoss::Create(const MaskedLmConfig&, const LossContext&) {
  return std::make_unique<MaskedLmLoss>();
}

absl::StatusOr<at::Tensor> MaskedLmLoss::SumRows(const LogitRows& logits) const {
  return MaskedLmSum(logits.student, logits.labels);
}

std::optional<FusedRowLoss> MaskedLmLoss::fused() const {
  FusedRowLoss fused;
  fused.ce = 1;
  return fused;
}

}  // namespace retort
