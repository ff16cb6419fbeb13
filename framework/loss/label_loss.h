#ifndef RETORT_FRAMEWORK_LOSS_LABEL_LOSS_H_
#define RETORT_FRAMEWORK_LOSS_LABEL_LOSS_H_

#include <optional>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"

namespace retort {

// Cross-entropy against the labels of the text.
//
//   sum = Σ_n -log softmax(s[n])[labels[n]]      over the labelled rows
//
// Args:
//   student: s, [n, V], any float type. Gradient flows here.
//   labels:  [n] int64 in 0..V-1, or kNoLabel: such rows add nothing to the value, and nothing to the gradient as long
//            as their logits are finite.
// Returns: [] float64 for a float64 student, else float32; nats. 0 if there are no rows.
at::Tensor LabelSum(const at::Tensor& student, const at::Tensor& labels);

// What the losses of language models have in common: LabelSum over the labelled rows. Learnt from the text alone: a
// gold term, kept by the controls without distillation.
class LabelLoss : public RowLossTerm {
 public:
  Capture teacher() const override { return {}; }
  bool gold() const override { return true; }
  RowSet rows() const override { return RowSet::kLabelled; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;
  std::optional<FusedRowLoss> fused() const override;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_LOSS_LABEL_LOSS_H_
