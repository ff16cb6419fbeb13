#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_UNMEASURED_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_UNMEASURED_H_

#include "framework/sweep/plan/plan.h"

namespace retort {

// Warns of training stages that no evaluation can tell of: no stage of their variant goes on from their student,
// evaluates it, is taught by it or copies from it, while other students are evaluated. Each is named once, with the
// variants that have it.
void WarnOfUnmeasured(Plan* plan);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_UNMEASURED_H_
