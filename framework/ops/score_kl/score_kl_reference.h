#ifndef RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_REFERENCE_H_

#include "framework/ops/score_kl/score_kl.h"

namespace retort::ops {

// ScoreKl by the scores, [B, A, S, S], of each model. For devices that are not the CPU as well.
at::Tensor ScoreKlReference(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_REFERENCE_H_
