#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_SETTINGS_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_SETTINGS_H_

#include <vector>

#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/plan/plan.h"

namespace retort {

// The fields by which the planned variants differ from the first one, in the order in which variants change them, with
// the value that each variant has. Pure function.
std::vector<Setting> SettingsOf(const Plan& plan);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_SETTINGS_H_
