#ifndef LOSSES_HUBER_HUBER_H_
#define LOSSES_HUBER_HUBER_H_

#include <memory>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "losses/huber/huber.pb.h"

namespace losses {

// Huber's loss between the last hidden states of student and teacher.
//
//   sum = Σ_n Σ_h ρ(s[n, h] - t[n, h]),   ρ(d) = d²/2 if |d| <= δ, else δ (|d| - δ/2)
//
// Args:
//   student: s, [n, H], any float type. Gradient flows here only.
//   teacher: t, [n, H], same device; detached inside.
// Returns: [] float64 for a float64 student, else float32. 0 if there are no rows.
at::Tensor HuberSum(const at::Tensor& student, const at::Tensor& teacher, double delta);

class HuberLoss final : public retort::TensorLossTerm {
 public:
  // Errors: InvalidArgument for a delta that is not > 0, without a teacher, or for two widths.
  static absl::StatusOr<std::unique_ptr<retort::LossTerm>> Create(const HuberConfig& config,
                                                                  const retort::LossContext& context);

  HuberLoss(double delta, int student_layer, int teacher_layer)
      : delta_(delta), student_layer_(student_layer), teacher_layer_(teacher_layer) {}

  retort::Capture student() const override;
  retort::Capture teacher() const override;
  double Count(const retort::BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const retort::LossInputs& inputs) const override;

 private:
  const double delta_;
  const int student_layer_, teacher_layer_;
};

}  // namespace losses

#endif  // LOSSES_HUBER_HUBER_H_
