#ifndef RETORT_FRAMEWORK_TRAIN_STEP_FLOPS_H_
#define RETORT_FRAMEWORK_TRAIN_STEP_FLOPS_H_

#include <vector>

#include "framework/batch/batch.h"
#include "framework/model/encoder.h"
#include "framework/train/objective/objective.h"

namespace retort {

// Operations of the matrix products of one step of one student.
struct StepFlops {
  double student = 0;  // Forward and backward.
  double teacher =
      0;  // Forward, of what this student's objective reads: the cost of a student is the same in any cohort.
};

StepFlops CountStepFlops(const Encoder& student, const Encoder* teacher, const Objective& objective,
                         const std::vector<BatchMasks>& micro_batches);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STEP_FLOPS_H_
