#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_

#include <cstdint>

#include "framework/config/sweep.pb.h"

namespace retort {

// The factor on the peak learning rate in one optimiser step, within [0, 1].
//
// With t steps done before this one, T steps in all and w = floor(warm-up share · T): (t + 1) / w while t < w; then
// 1 (constant), 1 - p (linear) or (1 + cos(π p)) / 2 (cosine) with p = (t - w) / (T - w). These are Hugging Face's
// get_*_schedule_with_warmup, whose warm-up is t / w: here no step has a rate of 0.
//
// REQUIRES: 0 <= t < T. Pure function.
double ScheduleFactor(const Stage& stage, int64_t steps_done, int64_t total_steps);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_
