#ifndef RETORT_PLUGINS_LOSS_SOFT_TARGETS_SOFT_TARGETS_H_
#define RETORT_PLUGINS_LOSS_SOFT_TARGETS_SOFT_TARGETS_H_

#include <memory>
#include <optional>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/soft_targets/soft_targets.pb.h"

namespace retort {

// Softened-prediction loss.
//
// Source: Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network", arXiv:1503.02531, section 2. As
// L_ce of DistilBERT (Sanh et al. 2019, arXiv:1910.01108) it runs over the vocabulary at every real position.
//
//   sum = factor · Σ_n KL( softmax(t[n]/τ) || softmax(s[n]/τ) )      factor: τ² or 1
//
// The papers minimise the cross-entropy; the KL differs from it by the teacher's entropy, which the student cannot
// change.
//
// Args:
//   student:     s, [n, O], any float type. Gradient flows here only.
//   teacher:     t, [n, O], same device; detached inside.
//   temperature: τ > 0.
//   factor:      what the sum is multiplied by.
// Returns: [] float64 for a float64 student, else float32; nats. 0 if there are no rows.
// Numerics: both sides as log-softmax, so that no logarithm of 0 occurs.
at::Tensor SoftTargetsSum(const at::Tensor& student, const at::Tensor& teacher, double temperature, double factor);

class SoftTargetsLoss final : public RowLossTerm {
 public:
  // Errors: InvalidArgument for a temperature that is not > 0, without a teacher, for rows of another head than the
  // vocabulary's, or for heads of different outputs.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const SoftTargetsConfig& config, const LossContext& context);

  SoftTargetsLoss(double temperature, double factor, HeadRows rows)
      : temperature_(temperature), factor_(factor), rows_(rows) {}

  Capture teacher() const override { return student(); }
  HeadKind head() const override { return rows_.head; }
  RowSet rows() const override { return rows_.rows; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;
  std::optional<FusedRowLoss> fused() const override;

 private:
  const double temperature_;
  const double factor_;
  const HeadRows rows_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_SOFT_TARGETS_SOFT_TARGETS_H_
