#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_

#include <cstdint>

#include "framework/config/sweep.pb.h"

namespace retort {

// The factor on the peak learning rate in one optimiser step, within [0, 1].
//
// With t steps done before this one, T steps in all and w = floor(warm-up share · T): (t + 1) / w while t < w; then
// 1 (constant), 1 - p (linear) or (1 + cos(π p)) / 2 (cosine) with p = (t - w) / (T - w). No step has a rate of 0.
//
// With `from_zero` the warm-up is t / w, and w = warm-up share · T as it is, which is BertAdam's warmup_linear,
// warmup_constant and warmup_cosine. Where share · T is whole it is also transformers' get_*_schedule_with_warmup;
// else those are given a w that their caller has rounded, and differ in a step of the warm-up by less than 1 / w and in
// a step of the fall by less than 1 / (T - w), of the cosine by π / 2 times that.
//
// REQUIRES: 0 <= t < T. Pure function.
double ScheduleFactor(const Stage& stage, int64_t steps_done, int64_t total_steps);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_SCHEDULE_H_
