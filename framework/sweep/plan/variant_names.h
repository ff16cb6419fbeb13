#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_VARIANT_NAMES_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_VARIANT_NAMES_H_

#include <string>
#include <vector>

#include "framework/sweep/plan/plan.h"

namespace retort {

// The variants of some stages for a message, each once: "base, hot, cold, no_cos and 3 more". Pure function.
std::string VariantNames(const Plan& plan, const std::vector<int>& stages);

// The same of all variants that use the stages, where VariantNames names the first of each alone. Pure function.
std::string UserNames(const Plan& plan, const std::vector<int>& stages);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_VARIANT_NAMES_H_
