#ifndef RETORT_PLUGINS_LOSS_LOGIT_MSE_LOGIT_MSE_H_
#define RETORT_PLUGINS_LOSS_LOGIT_MSE_LOGIT_MSE_H_

#include <memory>
#include <optional>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/logit_mse/logit_mse.pb.h"

namespace retort {

// Mean squared error of logits.
//
// Source: Ba and Caruana 2014, "Do Deep Nets Really Need to be Deep?", arXiv:1312.6184, equation 1 (without its factor
// 1/2); `alpha_mse` of DistilBERT's scripts.
//
//   sum = factor · Σ_n Σ_c (s[n, c] - t[n, c])²      factor: 1 or 1/V
//
// Unlike softmax losses it sees a constant added to all logits of a row. Of the vocabulary, the sum over many rows can
// do without logits (framework/ops/gram_error/gram_error.h).
//
// Args:
//   student: s, [n, O], any float type. Gradient flows here only.
//   teacher: t, [n, O], same device; detached inside.
//   factor:  what the sum is multiplied by.
// Returns: [] float64 for a float64 student, else float32. 0 if there are no rows.
at::Tensor LogitMseSum(const at::Tensor& student, const at::Tensor& teacher, double factor);

class LogitMseLoss final : public RowLossTerm {
 public:
  // Errors: InvalidArgument without a teacher, for rows or the form GRAM of another head than the vocabulary's, or for
  // heads of different outputs.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const LogitMseConfig& config, const LossContext& context);

  LogitMseLoss(double factor, HeadRows rows, GramForm form) : factor_(factor), rows_(rows), form_(form) {}

  Capture teacher() const override { return student(); }
  HeadKind head() const override { return rows_.head; }
  RowSet rows() const override { return rows_.rows; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& logits) const override;
  std::optional<FusedRowLoss> fused() const override;
  GramForm gram_form() const override { return form_; }

 private:
  const double factor_;
  const HeadRows rows_;
  const GramForm form_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_LOGIT_MSE_LOGIT_MSE_H_
