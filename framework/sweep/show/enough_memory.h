#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_

#include "absl/status/status.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// Compares what each augmentation that is left to make, each cohort that is left to train, and the students that are
// evaluated together, take (framework/sweep/student/memory.h says how close the estimates are) with the plan's memory.
// ResourceExhausted where an estimate is more, with the stage or the variant, both numbers, what bounds the memory, and
// what would help. Cohorts are parted so that they fit (framework/sweep/plan/cohorts.h): what is too large is one
// student. OK where the plan's memory is not bounded.
absl::Status EnoughMemory(const Plan& plan, const Store& store);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
