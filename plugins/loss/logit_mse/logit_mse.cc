#include "plugins/loss/logit_mse/logit_mse.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/mse_loss.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(LogitMseLoss, LogitMseConfig);

GramForm FormOf(const LogitMseConfig& config, HeadKind head) {
  if (head != HeadKind::kVocabulary || config.form() == LogitMseConfig::MATERIALISED) return GramForm::kNever;
  return config.form() == LogitMseConfig::GRAM ? GramForm::kAlways : GramForm::kWherePays;
}

}  // namespace

at::Tensor LogitMseSum(const at::Tensor& student, const at::Tensor& teacher, double factor) {
  return factor * Total(at::mse_loss(InLossType(student), InLossType(teacher.detach()), at::Reduction::None));
}

absl::StatusOr<std::unique_ptr<LossTerm>> LogitMseLoss::Create(const LogitMseConfig& config,
                                                               const LossContext& context) {
  RETORT_ASSIGN_OR_RETURN(const HeadRows rows, ComparedRows(context, config, "LogitMseConfig"));
  if (config.mean_over_vocabulary() && rows.head != HeadKind::kVocabulary) {
    return absl::InvalidArgumentError(
        absl::StrCat("LogitMseConfig.mean_over_vocabulary: want the vocabulary's head, got ", HeadKindName(rows.head)));
  }
  if (config.form() == LogitMseConfig::GRAM && rows.head != HeadKind::kVocabulary) {
    return absl::InvalidArgumentError(
        absl::StrCat("LogitMseConfig.form: GRAM is for the vocabulary's head, got ", HeadKindName(rows.head)));
  }
  const double factor =
      config.mean_over_vocabulary() ? 1.0 / static_cast<double>(context.student.vocabulary_size) : 1.0;
  return std::make_unique<LogitMseLoss>(factor, rows, FormOf(config, rows.head));
}

absl::StatusOr<at::Tensor> LogitMseLoss::SumRows(const LogitRows& logits) const {
  return LogitMseSum(logits.student, logits.teacher, factor_);
}

std::optional<FusedRowLoss> LogitMseLoss::fused() const {
  FusedRowLoss fused;
  fused.mse = factor_;
  return fused;
}

}  // namespace retort
