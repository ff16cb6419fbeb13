#ifndef RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_H_
#define RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/score_heads/score_heads.h"

namespace retort::ops {

// Which positions are read.
struct ScorePositions {
  at::Tensor valid = {};        // [B, S] bool: the real ones; undefined if all are.
  bool padded_queries = false;  // Padded queries are read as well; padded keys never are.
};

// Squared error of attention scores, without these scores:
//
//   sum = Σ_b Σ_a Σ_ij ( Q_s K_sᵀ/√d_s - Q_t K_tᵀ/√d_t )²[b, a, i, j]     over the positions i and j that are read
//
// The difference is a product of wider heads, P Rᵀ, the squared Frobenius norm of which needs d x d matrices only:
//
//   |P Rᵀ|² = ⟨PᵀP, RᵀR⟩,   with α = 1/√d_s and β = 1/√d_t
//
//   P = [αQ_s - βQ_t, βQ_t],  R = [K_s, K_s - K_t]   for heads of one width, else
//   P = [αQ_s, βQ_t],         R = [K_s, -K_t]
//
// Args:
//   student: Q_s and K_s; receive gradient. d_s may differ from d_t.
//   teacher: Q_t and K_t, on the same device; detached inside. Float types may differ.
// Returns: [] float32 (float64 for a student in float64). Positions that are not read may hold anything, even NaN, and
//   their gradient is 0.
// Numerics: float32 (float64 likewise) whatever the inputs' type. Between heads of one width as precise as the scores
//   themselves, and 0 where student and teacher are the same. Between others parts cancel as the student nears the
//   teacher: in float32 the relative error grows from 3e-7 to 3e-5 where scores differ by 1 %, and the value may come
//   out as a tiny negative number. On the CPU no bit depends on the number of threads.
at::Tensor ScoreError(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions = {});

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_H_
