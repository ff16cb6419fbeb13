#ifndef RETORT_PLUGINS_LOSS_CAUSAL_LM_CAUSAL_LM_H_
#define RETORT_PLUGINS_LOSS_CAUSAL_LM_CAUSAL_LM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "framework/loss/label_loss.h"
#include "plugins/loss/causal_lm/causal_lm.pb.h"

namespace retort {

// Causal-LM loss: LabelSum of the next pieces, which are the labels of causal-LM data.
//
// Source: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training", equation 1; L_clm
// (`alpha_clm`) of DistilBERT's scripts, of which DistilGPT2 is.
class CausalLmLoss final : public LabelLoss {
 public:
  // Errors: InvalidArgument for a student that is not causal.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const CausalLmConfig& config, const LossContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_CAUSAL_LM_CAUSAL_LM_H_
