#include "plugins/loss/causal_lm/causal_lm.h"

#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(CausalLmLoss, CausalLmConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LossTerm>> CausalLmLoss::Create(const CausalLmConfig&, const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireCausal(context, "CausalLmConfig", "; its loss is masked_lm"));
  return std::make_unique<CausalLmLoss>();
}

}  // namespace retort
