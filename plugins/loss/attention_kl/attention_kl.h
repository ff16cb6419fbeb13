#ifndef RETORT_PLUGINS_LOSS_ATTENTION_KL_ATTENTION_KL_H_
#define RETORT_PLUGINS_LOSS_ATTENTION_KL_ATTENTION_KL_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "plugins/loss/attention_kl/attention_kl.pb.h"

namespace retort {

// KL divergence of attention distributions (ops::ScoreKl).
//
// Source: L_AT of MiniLM (Wang et al. 2020, "MiniLM", arXiv:2002.10957, equation 2). MiniLM transfers the last layer
// and adds a like term on values, as the plugin relation_kl does; here any pairs of layers, and the attention term
// alone.
//
// The term is Σ_pairs weight · mean over heads and real query positions. Its count is heads · real positions. Keys are
// real positions, for causal models those not after the query. Padded positions are not read.
class AttentionKlLoss final : public TensorLossTerm {
 public:
  // Errors: InvalidArgument without a teacher or mapping, for two numbers of heads, if only one of the models is
  // causal; what the mapping gives.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const AttentionKlConfig& config, const LossContext& context);

  AttentionKlLoss(std::vector<LayerPair> pairs, int64_t heads) : pairs_(std::move(pairs)), heads_(heads) {}

  Capture student() const override;
  Capture teacher() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  const std::vector<LayerPair> pairs_;
  const int64_t heads_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_ATTENTION_KL_ATTENTION_KL_H_
