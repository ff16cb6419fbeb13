#ifndef RETORT_PLUGINS_LOSS_PKD_PKD_H_
#define RETORT_PLUGINS_LOSS_PKD_PKD_H_

#include <memory>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/pkd/pkd.pb.h"

namespace retort {

// Squared distance of normalised hidden states.
//
// Source: L_PT of patient knowledge distillation (Sun et al. 2019, arXiv:1908.09355, section 3), for one layer.
//
//   sum = Σ_n | s[n] / |s[n]| - t[n] / |t[n]| |²      |x| = √(Σ_h x_h² + ε), ε = 1e-12
//
// which is Σ_n 2 (1 - cos(s[n], t[n])): twice the cosine plugin's distance, of [CLS] alone.
//
// Args:
//   student: s, [n, H], float32 or float64. Gradient flows here only.
//   teacher: t, [n, H], same type and device; detached inside.
// Returns: [] of the same type. A row of zeros has a finite gradient.
at::Tensor PkdSum(const at::Tensor& student, const at::Tensor& teacher);

// The term is Σ_pairs weight · Σ_sequences |..|² / (sequences · pairs), over the first position of each sequence: a
// mean over sequences and layers. Its count is sequences · pairs.
//
// The paper's equation is a sum over both. Its released code takes the mean over the width H also: its value is this
// one / H, so that a weight β there is β / H here.
class PkdLoss final : public TensorLossTerm {
 public:
  // Errors: InvalidArgument without a teacher or mapping, for two widths, for causal models (their first position sees
  // itself alone), if no pair is left; what the mapping gives.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const PkdConfig& config, const LossContext& context);

  explicit PkdLoss(std::vector<LayerPair> pairs) : pairs_(std::move(pairs)) {}

  Capture student() const override;
  Capture teacher() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  const std::vector<LayerPair> pairs_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_PKD_PKD_H_
