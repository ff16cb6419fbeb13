#ifndef RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_
#define RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "framework/loss/label_loss.h"
#include "plugins/loss/masked_lm/masked_lm.pb.h"

namespace retort {

// Masked-LM loss: LabelSum of the pieces that were masked.
//
// Source: Devlin et al. 2019, "BERT", arXiv:1810.04805, section 3.1, task 1; L_mlm of DistilBERT (arXiv:1910.01108).
class MaskedLmLoss final : public LabelLoss {
 public:
  // Errors: InvalidArgument for a causal student.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const MaskedLmConfig& config, const LossContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_
