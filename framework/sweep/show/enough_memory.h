#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_

#include "absl/status/status.h"
#include "framework/base/available_memory.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// Compares what the largest cohort that is left to train takes (ProgramMemory, an estimate that is within a quarter of
// the peak) with what there is. ResourceExhausted where the estimate is more, with the cohort's variants, both numbers,
// what bounds the memory, and what would help.
absl::Status EnoughMemory(const Plan& plan, const Store& store, const AvailableMemory& available);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_ENOUGH_MEMORY_H_
