#ifndef RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_
#define RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_

#include "framework/ops/score_error/score_error.h"
#include "framework/ops/score_heads/score_heads.h"

namespace retort::ops {

// ScoreError on the CPU, and its gradient.
ScoreLoss ScoreErrorOnHost(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions,
                           bool with_gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_
