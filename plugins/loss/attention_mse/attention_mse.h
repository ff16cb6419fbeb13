#ifndef RETORT_PLUGINS_LOSS_ATTENTION_MSE_ATTENTION_MSE_H_
#define RETORT_PLUGINS_LOSS_ATTENTION_MSE_ATTENTION_MSE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "framework/ops/score_error/score_error.h"
#include "plugins/loss/attention_mse/attention_mse.pb.h"

namespace retort {

// Squared error of attention scores.
//
// Source: TinyBERT (Jiao et al. 2020, arXiv:1909.10351), equation 7, on scores before the softmax.
//
//   sum = Σ_b Σ_a Σ_ij ( Q_s K_sᵀ/√d_s - Q_t K_tᵀ/√d_t )²[b, a, i, j]
//
// Rows of zeros in Q or K on both sides add 0, so that leaving out positions is a matter of the inputs. In Gram form,
// over all i and j and without the scores, it is ops::ScoreError.
//
// Args:
//   student: Q_s and K_s; receive gradient. d_s may differ from d_t.
//   teacher: Q_t and K_t, same type and device; detached inside.
//   causal:  j up to i only.
// Returns: [] of the same type.
at::Tensor AttentionMseMaterialised(const ops::QueryKey& student, const ops::QueryKey& teacher, bool causal);

// The mean of the heads' scores as one head: [B, A, S, d] becomes [B, 1, S, A·d], scaled so that both
// forms give the squared error of the mean scores.
ops::QueryKey AverageHeads(const ops::QueryKey& heads);

// The term is Σ_pairs weight · mean over heads and pairs of positions that see each other. Its count is heads · Σ_b
// length_b² (PER_HEAD) or Σ_b length_b² (AVERAGED), with length (length + 1) / 2 in place of the square for causal
// models, whose queries see no later keys. With `padding: INCLUDED` it is the padded length's square for all models.
class AttentionMseLoss final : public TensorLossTerm {
 public:
  // What is compared, and how it is computed.
  struct Options {
    bool averaged = false;
    AttentionMseConfig::Form form = AttentionMseConfig::AUTO;
    bool padding_included = false;
    bool causal = false;
    int64_t heads = 1;  // That are compared: A, or 1 for their mean.
  };

  // Errors: InvalidArgument without a teacher or mapping, for two numbers of heads with PER_HEAD, if only one of the
  // models is causal, for GRAM with causal models; what the mapping gives.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const AttentionMseConfig& config, const LossContext& context);

  AttentionMseLoss(std::vector<LayerPair> pairs, Options options) : pairs_(std::move(pairs)), options_(options) {}

  Capture student() const override;
  Capture teacher() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  // Whether the form is GRAM for these queries, [B, A, S, d].
  bool UsesGram(const at::Tensor& student, const at::Tensor& teacher) const;
  at::Tensor GramSum(const AttentionState& student, const AttentionState& teacher) const;
  // What is compared, with everything that must not count set to 0: padded positions may hold anything, even NaN,
  // unless padding is included, which reads padded queries.
  ops::QueryKey Read(const AttentionState& attention) const;

  const std::vector<LayerPair> pairs_;
  const Options options_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_ATTENTION_MSE_ATTENTION_MSE_H_
