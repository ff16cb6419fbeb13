#include "plugins/loss/hard_labels/hard_labels.h"

#include "ATen/core/Reduction.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/nll_loss.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(HardLabelsLoss, HardLabelsConfig);

}  // namespace

at::Tensor HardLabelsSum(const at::Tensor& student, const at::Tensor& teacher) {
  const at::Tensor log_s = at::log_softmax(InLossType(student), -1);
  return at::nll_loss(log_s, teacher.detach().argmax(-1), /*weight=*/{}, at::Reduction::Sum, kNoLabel);
}

absl::StatusOr<std::unique_ptr<LossTerm>> HardLabelsLoss::Create(const HardLabelsConfig& config,
                                                                 const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameVocabulary(context, "HardLabelsConfig"));
  return std::make_unique<HardLabelsLoss>(config.rows() == HardLabelsConfig::LABELLED ? RowSet::kLabelled
                                                                                      : RowSet::kReal);
}

absl::StatusOr<at::Tensor> HardLabelsLoss::SumRows(const LogitRows& logits) const {
  return HardLabelsSum(logits.student, logits.teacher);
}

}  // namespace retort
