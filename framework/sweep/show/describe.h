#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_

#include <optional>
#include <string>

#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

namespace retort {

// How long training what the store lacks is expected to take, at the speed that trainings reach (speed.h).
double EstimateSeconds(const Plan& plan, const Store& store, double flops_per_second);

// The plan for a terminal: what each variant is, cohorts, steps and tokens, parameters, operations, memory, disk, time,
// what the store has already, what each cohort does with its teacher and why, and warnings.
//
// Args: flops_per_second: of the last training with this store, what the estimate of the time goes by; none: no
// estimate. cache: what is read from it is left out of the operations.
std::string DescribePlan(const Plan& plan, const Store& store, std::optional<double> flops_per_second,
                         const TeacherCacheSettings& cache = {});

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_DESCRIBE_H_
