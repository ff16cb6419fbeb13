#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_EARLY_STOPS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_EARLY_STOPS_H_

#include <string>
#include <vector>

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// A sentence for each variant some training of which ended before its last step, out of patience (Keep.best.patience):
// "base stopped early: distil after step 140 with seed 1, after step 160 with seed 2". Pure function.
std::vector<std::string> DescribeEarlyStops(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_EARLY_STOPS_H_
