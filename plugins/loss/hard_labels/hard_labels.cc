#include "plugins/loss/hard_labels/hard_labels.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/where.h"
#include "absl/status/status.h"
#include "framework/loss/label_loss.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(HardLabelsLoss, HardLabelsConfig);

}  // namespace

at::Tensor ScoreSum(const at::Tensor& student, const at::Tensor& scores) {
  const at::Tensor error = at::where(at::isfinite(scores), InLossType(student).squeeze(1) - scores, 0);
  return Total(error * error);
}

absl::StatusOr<std::unique_ptr<LossTerm>> HardLabelsLoss::Create(const HardLabelsConfig&, const LossContext& context) {
  for (const HeadSpec& head : context.student.heads) {
    if (head.kind != HeadKind::kVocabulary) return std::make_unique<HardLabelsLoss>(head.kind);
  }
  return absl::InvalidArgumentError(
      "HardLabelsConfig: want a student with a head of classes, spans or a score, which data with such labels give it, "
      "got one without; the labels of text are masked_lm {} or causal_lm {}");
}

absl::StatusOr<at::Tensor> HardLabelsLoss::SumRows(const LogitRows& logits) const {
  return head_ == HeadKind::kScore ? ScoreSum(logits.student, logits.scores) : LabelSum(logits.student, logits.labels);
}

}  // namespace retort
