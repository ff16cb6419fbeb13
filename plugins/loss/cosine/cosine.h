#ifndef RETORT_PLUGINS_LOSS_COSINE_COSINE_H_
#define RETORT_PLUGINS_LOSS_COSINE_COSINE_H_

#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/cosine/cosine.pb.h"

namespace retort {

// Cosine distance of hidden states.
//
// Source: L_cos of DistilBERT (Sanh et al. 2019, arXiv:1910.01108, section 2). The paper speaks of the hidden states;
// its code compares the last ones alone, which is the default here.
//
//   sum = Σ_n 1 - cos(s[n], t[n])      cos(x, y) = x·y / √((|x|² + ε)(|y|² + ε)), ε = 1e-12 as in PyTorch
//
// Args:
//   student: s, [n, H], float32 or float64. Gradient flows here only.
//   teacher: t, [n, H], same type and device; detached inside.
// Returns: [] of the same type. 0 if there are no rows. A row of zeros has cosine 0 and a finite gradient.
at::Tensor CosineSum(const at::Tensor& student, const at::Tensor& teacher);

// Over layers the term is Σ_pairs weight · mean over real positions. Padded positions are not read.
class CosineLoss final : public TensorLossTerm {
 public:
  // Errors: InvalidArgument without a teacher, for two widths, for MAPPED without mapping or LAST with one; what the
  // mapping gives.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const CosineConfig& config, const LossContext& context);

  explicit CosineLoss(std::vector<LayerPair> pairs) : pairs_(std::move(pairs)) {}

  Capture student() const override;
  Capture teacher() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  const std::vector<LayerPair> pairs_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_COSINE_COSINE_H_
