#ifndef RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_H_
#define RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/score_heads/score_heads.h"

namespace retort::ops {

// KL divergence of attention distributions, or of those of another relation between positions (Wang et al. 2020,
// MiniLM, arXiv:2002.10957, equations 4 and 6), those before dropout:
//
//   sum = Σ_b Σ_a Σ_i KL( softmax_j(t[b, a, i, :]) || softmax_j(s[b, a, i, :]) ),   s = Q_s K_sᵀ/√d_s,  t likewise,
//
// over the real positions i, and for each the real positions j, up to i only if `causal`.
//
// Args:
//   student: Q_s and K_s, [B, A, S, d_s] each, of any relation; receive gradient. They may be the same tensor.
//   teacher: Q_t and K_t, [B, A, S, d_t], on the same device; detached inside. Float types may differ.
//   valid:   [B, S] bool: the real positions. Others may hold anything, even NaN; their gradient is 0.
// Returns: [] float32 (float64 for a student in float64); nats.
// Numerics: float32 (float64 likewise) whatever the inputs' type. On the CPU scores are never stored but for 64 queries
//   of one head, and no bit depends on the number of threads; on other devices they are.
at::Tensor ScoreKl(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_H_
