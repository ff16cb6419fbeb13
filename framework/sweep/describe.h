#ifndef RETORT_FRAMEWORK_SWEEP_DESCRIBE_H_
#define RETORT_FRAMEWORK_SWEEP_DESCRIBE_H_

#include <string>

#include "framework/sweep/plan.h"
#include "framework/sweep/store.h"

namespace retort {

// Floating-point operations per second of this machine's matrix products (float32, of the sizes of a small encoder),
// measured: the best of ten times a twentieth of a second, since a build may just be coming to its end beside it.
double MeasureFlopsPerSecond();

// How long computing what the store lacks is expected to take.
double EstimateSeconds(const Plan& plan, const Store& store, double flops_per_second);

// The plan for a terminal: what each variant is, cohorts, steps and tokens, parameters, operations, memory, disk, time,
// what the store has already, and warnings.
//
// Args: flops_per_second: what the estimate of the time goes by.
std::string DescribePlan(const Plan& plan, const Store& store, double flops_per_second);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_DESCRIBE_H_
