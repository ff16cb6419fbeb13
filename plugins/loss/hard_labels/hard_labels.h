#ifndef RETORT_PLUGINS_LOSS_HARD_LABELS_HARD_LABELS_H_
#define RETORT_PLUGINS_LOSS_HARD_LABELS_HARD_LABELS_H_

#include <memory>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/hard_labels/hard_labels.pb.h"

namespace retort {

// The squared error of scores.
//
//   sum = Σ_n (s[n] - y[n])²      over the rows that have a score
//
// Args:
//   student: s, [n, 1], any float type. Gradient flows here.
//   scores:  y, [n] float32; NaN: such rows add nothing, to the value or to the gradient.
// Returns: [] float64 for a float64 student, else float32. 0 if there are no rows.
at::Tensor ScoreSum(const at::Tensor& student, const at::Tensor& scores);

// The labels that the data have for whole sequences, told by the student's head: what fine-tuning trains on (Devlin et
// al. 2019, arXiv:1810.04805, section 4), and the hard half of Hinton, Vinyals, Dean 2015, arXiv:1503.02531.
//
//   classes  Σ_n -log softmax(s[n])[label]                                 n: sequences
//   spans    the same over positions; a sequence has two rows, the answer's first and last position, so that sum / count
//            is the mean of both
//   score    ScoreSum
//
// Learnt from the data alone: a gold term, kept by the controls without distillation.
class HardLabelsLoss final : public RowLossTerm {
 public:
  // The head is the student's first beside the vocabulary's. Errors: InvalidArgument, with the loss to take instead, if
  // it has none.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const HardLabelsConfig& config, const LossContext& context);

  explicit HardLabelsLoss(HeadKind head) : head_(head) {}

  Capture teacher() const override { return {}; }
  bool gold() const override { return true; }
  HeadKind head() const override { return head_; }
  RowSet rows() const override { return RowSet::kSequences; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;

 private:
  const HeadKind head_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_HARD_LABELS_HARD_LABELS_H_
