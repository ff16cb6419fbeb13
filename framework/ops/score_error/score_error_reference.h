#ifndef RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_REFERENCE_H_

#include "framework/ops/score_error/score_error.h"

namespace retort::ops {

// ScoreError by the scores, [B, A, S, S], of each model. REQUIRES: one float type.
at::Tensor ScoreErrorReference(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions = {});

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_REFERENCE_H_
