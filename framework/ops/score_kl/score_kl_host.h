#ifndef RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_HOST_H_
#define RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_HOST_H_

#include "framework/ops/score_heads/score_heads.h"

namespace retort::ops {

// ScoreKl on the CPU, and its gradient.
ScoreLoss ScoreKlOnHost(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal,
                        bool with_gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_KL_SCORE_KL_HOST_H_
