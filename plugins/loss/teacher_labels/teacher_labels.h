#ifndef RETORT_PLUGINS_LOSS_TEACHER_LABELS_TEACHER_LABELS_H_
#define RETORT_PLUGINS_LOSS_TEACHER_LABELS_TEACHER_LABELS_H_

#include <memory>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/teacher_labels/teacher_labels.pb.h"

namespace retort {

// Cross-entropy against the label that the teacher would give.
//
// Source: the limit τ -> 0 of the teacher's side of soft targets (Hinton, Vinyals, Dean 2015, arXiv:1503.02531, section
// 2): what is left of distillation when the teacher's second thoughts are taken away, hence the control beside
// `soft_targets`. Labels of the data are `hard_labels`, those of the text itself `masked_lm`.
//
//   sum = Σ_n -log softmax(s[n])[argmax_c t[n, c]]      the lowest c of equals
//
// Args:
//   student: s, [n, O], any float type. Gradient flows here only.
//   teacher: t, [n, O], same device; detached inside.
// Returns: [] float64 for a float64 student, else float32; nats. 0 if there are no rows.
at::Tensor TeacherLabelsSum(const at::Tensor& student, const at::Tensor& teacher);

class TeacherLabelsLoss final : public RowLossTerm {
 public:
  // Errors: InvalidArgument without a teacher, for rows of another head than the vocabulary's, or for heads of
  // different outputs.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const TeacherLabelsConfig& config,
                                                          const LossContext& context);

  explicit TeacherLabelsLoss(HeadRows rows) : rows_(rows) {}

  Capture teacher() const override { return student(); }
  HeadKind head() const override { return rows_.head; }
  RowSet rows() const override { return rows_.rows; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;

 private:
  const HeadRows rows_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_TEACHER_LABELS_TEACHER_LABELS_H_
