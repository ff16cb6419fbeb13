#ifndef RETORT_PLUGINS_LOSS_HIDDEN_MSE_HIDDEN_MSE_H_
#define RETORT_PLUGINS_LOSS_HIDDEN_MSE_HIDDEN_MSE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/hidden_mse/hidden_mse.pb.h"

namespace retort {

// Squared error of projected hidden states.
//
// Source: TinyBERT (Jiao et al. 2020, arXiv:1909.10351), equations 8 (hidden states) and 9 (embeddings).
//
//   sum = Σ_n Σ_h ( (s Wᵀ + b)[n, h] - t[n, h] )²
//
// The paper writes s W; W here is stored transposed, as linear layers are.
//
// Args:
//   student: s, [n, H_s], float32 or float64. Receives gradient.
//   teacher: t, [n, H_t], same type and device; detached inside.
//   weight:  W, [H_t, H_s], or undefined for no projection (H_s = H_t). Receives gradient.
//   bias:    b, [H_t], or undefined. Receives gradient.
// Returns: [] of the same type. 0 if there are no rows.
at::Tensor HiddenMseSum(const at::Tensor& student, const at::Tensor& teacher, const at::Tensor& weight,
                        const at::Tensor& bias);

// The term is Σ_pairs weight · mean over positions and the teacher's width: layers are added, not averaged, as in the
// paper. Its count is positions · H_t.
//
// Parameters: "projection.{weight,bias}" (SHARED) or "projection.<student layer>.{weight,bias}" (PER_LAYER).
//
// Departures from TinyBERT's code, which averages over padded positions too and projects even where widths agree, are
// the defaults; `padding: INCLUDED`, `projection: SHARED` and `bias: true` give the code's loss.
class HiddenMseLoss final : public TensorLossTerm {
 public:
  // How hidden states are projected and which positions count.
  struct Options {
    HiddenMseConfig::Projection projection = HiddenMseConfig::NONE;
    bool bias = false;
    bool padding_included = false;
    int64_t student_width = 0;  // H_s
    int64_t teacher_width = 0;  // H_t
  };

  // Errors: InvalidArgument without a teacher, with neither mapping nor embeddings, for two widths without projection;
  // what the mapping gives. Warns of a bias without projection.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const HiddenMseConfig& config, const LossContext& context);

  HiddenMseLoss(std::vector<LayerPair> pairs, Options options) : pairs_(std::move(pairs)), options_(options) {}

  Capture student() const override;
  Capture teacher() const override;
  std::vector<ParameterSpec> parameters() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  // Name of the parameter `part` ("weight" or "bias") of a pair's projection.
  std::string ParameterName(const LayerPair& pair, const char* part) const;
  at::Tensor Rows(const at::Tensor& hidden, const Batch& batch) const;

  const std::vector<LayerPair> pairs_;
  const Options options_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_HIDDEN_MSE_HIDDEN_MSE_H_
