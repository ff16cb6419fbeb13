#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_TUNING_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_TUNING_SECTION_H_

#include <string>

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The page's section on the search of the sweep (Sweep.tune), with its table; empty if there was none. Pure function.
std::string TuningSection(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_TUNING_SECTION_H_
