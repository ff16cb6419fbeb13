#include "plugins/loss/soft_targets/soft_targets.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/kl_div.h"
#include "ATen/ops/log_softmax.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(SoftTargetsLoss, SoftTargetsConfig);

}  // namespace

at::Tensor SoftTargetsSum(const at::Tensor& student, const at::Tensor& teacher, double temperature, double factor) {
  const at::Tensor log_s = at::log_softmax(InLossType(student) / temperature, -1);
  const at::Tensor log_t = at::log_softmax(InLossType(teacher.detach()) / temperature, -1);
  return factor * Total(at::kl_div(log_s, log_t, at::Reduction::None, /*log_target=*/true));
}

absl::StatusOr<std::unique_ptr<LossTerm>> SoftTargetsLoss::Create(const SoftTargetsConfig& config,
                                                                  const LossContext& context) {
  const double temperature = config.temperature();
  if (!(temperature > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("SoftTargetsConfig.temperature: want > 0, got ", temperature));
  }
  RETORT_RETURN_IF_ERROR(RequireDistribution(context, ComparedHead(context, config), "SoftTargetsConfig"));
  RETORT_ASSIGN_OR_RETURN(const HeadRows rows, ComparedRows(context, config, "SoftTargetsConfig"));
  const bool scaled = !config.has_scale_by_temperature_squared() || config.scale_by_temperature_squared();
  return std::make_unique<SoftTargetsLoss>(temperature, scaled ? temperature * temperature : 1, rows);
}

absl::StatusOr<at::Tensor> SoftTargetsLoss::SumRows(const LogitRows& logits) const {
  return SoftTargetsSum(logits.student, logits.teacher, temperature_, factor_);
}

std::optional<FusedRowLoss> SoftTargetsLoss::fused() const {
  FusedRowLoss fused;
  fused.kl = factor_;
  fused.temperature = temperature_;
  return fused;
}

}  // namespace retort
