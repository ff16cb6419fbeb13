#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_

#include <string>

#include "framework/sweep/plan/plan.h"
#include "framework/sweep/run/speed.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

namespace retort {

// The plan for a terminal: what each variant is; of what the store lacks the stages with steps, tokens and parameters,
// cohorts, operations, memory, disk and time, and what each cohort does with its teacher and why; and warnings. Stages
// of one name that differ say whose they are.
//
// Args: speeds: of earlier trainings with this store, what the estimate of the time goes by; threads: that this program
// computes with; cache: what is read from it is left out of the operations.
std::string DescribePlan(const Plan& plan, const Store& store, const KnownSpeeds& speeds, int threads,
                         const TeacherCacheSettings& cache = {});

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_
