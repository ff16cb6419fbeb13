#include "plugins/loss/hard_labels/hard_labels.h"

#include "ATen/ops/argmax.h"
#include "framework/base/status_macros.h"
#include "framework/loss/label_loss.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(HardLabelsLoss, HardLabelsConfig);

}  // namespace

at::Tensor HardLabelsSum(const at::Tensor& student, const at::Tensor& teacher) {
  return LabelSum(student, teacher.detach().argmax(-1));
}

absl::StatusOr<std::unique_ptr<LossTerm>> HardLabelsLoss::Create(const HardLabelsConfig& config,
                                                                 const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireDistribution(context, HeadKinds().at(config.head()), "HardLabelsConfig"));
  RETORT_ASSIGN_OR_RETURN(const HeadRows rows, ComparedRows(context, config, "HardLabelsConfig"));
  return std::make_unique<HardLabelsLoss>(rows);
}

absl::StatusOr<at::Tensor> HardLabelsLoss::SumRows(const LogitRows& logits) const {
  return HardLabelsSum(logits.student, logits.teacher);
}

}  // namespace retort
