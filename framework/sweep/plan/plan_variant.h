#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "framework/config/variants/expand.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"

namespace retort {

// Adds the stages of one variant with one seed to the plan, merged with those that are there. `data_seed` is that of
// order and masks. Errors: as MakePlan.
absl::Status PlanVariant(const ExpandedVariant& variant, uint64_t seed, uint64_t data_seed, const PlanOptions& options,
                         Inputs* inputs, Plan* plan);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_
