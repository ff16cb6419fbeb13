#include "plugins/loss/masked_lm/masked_lm.h"

#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(MaskedLmLoss, MaskedLmConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LossTerm>> MaskedLmLoss::Create(const MaskedLmConfig&, const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireBidirectional(context, "MaskedLmConfig", "; its loss is causal_lm"));
  return std::make_unique<MaskedLmLoss>();
}

}  // namespace retort
