#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_CURVES_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_CURVES_SECTION_H_

#include <string>

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The page's curves of metrics and of loss terms while training, which report.js draws, with what chooses among them.
// Each part is there only if something was recorded for it. Pure function.
std::string CurvesSection(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_CURVES_SECTION_H_
