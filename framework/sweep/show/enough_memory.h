#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_

#include "absl/status/status.h"
#include "framework/base/available_memory.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// Compares what each augmentation that is left to make, the largest cohort that is left to train, and the students that
// are evaluated together, take (framework/sweep/student/memory.h says how close the estimates are) with what there is.
// ResourceExhausted where an estimate is more, with the stage or the variants, both numbers, what bounds the memory, and
// what would help.
absl::Status EnoughMemory(const Plan& plan, const Store& store, const AvailableMemory& available);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
