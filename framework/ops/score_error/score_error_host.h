#ifndef RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_
#define RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_

#include "framework/ops/score_error/score_error.h"

namespace retort::ops {

// ScoreError on the CPU, and its gradient for the student's queries and keys, if that is asked for: [B, A, S, d_s] in
// the sum's type.
struct HostScoreError {
  at::Tensor sum;
  QueryKey gradient;
};

HostScoreError ScoreErrorOnHost(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions,
                                bool with_gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_SCORE_ERROR_SCORE_ERROR_HOST_H_
