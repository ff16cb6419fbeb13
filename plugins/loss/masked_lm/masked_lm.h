#ifndef RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_
#define RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_

#include <memory>
#include <optional>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/masked_lm/masked_lm.pb.h"

namespace retort {

// Masked-LM loss.
//
// Source: Devlin et al. 2019, "BERT", arXiv:1810.04805, section 3.1, task 1; L_mlm of DistilBERT (arXiv:1910.01108).
//
//   sum = Σ_n -log softmax(s[n])[labels[n]]      over the labelled rows
//
// Args:
//   student: s, [n, V], any float type. Gradient flows here.
//   labels:  [n] int64 in 0..V-1, or kNoLabel: such rows add nothing to the value, and nothing to the gradient as long
//   as
//            their logits are finite.
// Returns: [] float64 for a float64 student, else float32; nats. 0 if there are no rows.
at::Tensor MaskedLmSum(const at::Tensor& student, const at::Tensor& labels);

// Learnt from the text alone: a gold term, kept by the controls without distillation.
class MaskedLmLoss final : public RowLossTerm {
 public:
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const MaskedLmConfig& config, const LossContext& context);

  Capture teacher() const override { return {}; }
  bool gold() const override { return true; }
  RowSet rows() const override { return RowSet::kLabelled; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;
  std::optional<FusedRowLoss> fused() const override;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_MASKED_LM_MASKED_LM_H_
