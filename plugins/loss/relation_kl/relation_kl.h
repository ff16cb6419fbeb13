#ifndef RETORT_PLUGINS_LOSS_RELATION_KL_RELATION_KL_H_
#define RETORT_PLUGINS_LOSS_RELATION_KL_RELATION_KL_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/loss/loss_term.h"
#include "framework/ops/score_heads/score_heads.h"
#include "plugins/loss/relation_kl/relation_kl.pb.h"

namespace retort {

// KL divergence of self-attention relations.
//
// Source: MiniLM (Wang et al. 2020, arXiv:2002.10957, section 3) for the attention distributions and the relation of
// values of the last layer; MiniLMv2 (Wang et al. 2021, arXiv:2012.15828, section 3) for the relations of queries, keys
// and values in relation heads, and for teacher layers other than the last. For vectors A and B of one layer, the
// queries, keys or values of all heads cut into A_r heads of d_r = H / A_r:
//
//   R      = softmax_j(A Bᵀ / √d_r)                                     [B, A_r, S, S]
//   sum    = Σ_relations weight · Σ_b Σ_a Σ_i KL( R_teacher[b, a, i, :] || R_student[b, a, i, :] )
//   count  = A_r · real positions
//
// i and j run over real positions, j only up to i for causal models; nats. The mean is that of the papers,
// 1 / (A_r |x|) Σ Σ KL, over the positions of a step in place of each sequence's own. MiniLMv2 leaves A_r and weights
// to the user, MiniLM has the models' heads and weights of 1. The authors' training code was never released; what the
// papers do not say (padding, which keys causal models compare) is the choice made here.
//
// Widths and, with `relation_heads`, numbers of heads may differ. Padded positions are not read. Distributions are
// those before dropout. Gradient flows to the student only. Memory: autograd keeps two tensors [B, A_r, S, S] of the
// loss's type for each relation.
class RelationKlLoss final : public TensorLossTerm {
 public:
  // The vectors that two relate; of AttentionState.
  enum class Vectors { kQuery, kKey, kValue };

  // softmax(a bᵀ / √d_r)
  struct Relation {
    Vectors a = Vectors::kQuery;
    Vectors b = Vectors::kKey;
    double weight = 1;
  };

  // Errors: InvalidArgument without a teacher, without a weight > 0 or with one < 0, for relation heads that do not
  // divide both widths, for two numbers of heads without relation heads, for layers that are not there, if only one of
  // the models is causal.
  static absl::StatusOr<std::unique_ptr<LossTerm>> Create(const RelationKlConfig& config, const LossContext& context);

  RelationKlLoss(LayerPair layers, std::vector<Relation> relations, int64_t relation_heads)
      : layers_(layers), relations_(std::move(relations)), relation_heads_(relation_heads) {}

  Capture student() const override;
  Capture teacher() const override;
  double Count(const BatchMasks& masks) const override;
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override;

 private:
  // The two sides of a relation, [B, A_r, S, d] each.
  ops::QueryKey Heads(const AttentionState& attention, const Relation& relation) const;

  const LayerPair layers_;
  const std::vector<Relation> relations_;
  const int64_t relation_heads_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_LOSS_RELATION_KL_RELATION_KL_H_
