#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_RESULT_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_RESULT_SECTION_H_

#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The page's table of all results; a metric's mean, median and difference share a cell. Pure function.
std::string ResultSection(const SweepResult& result, const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_RESULT_SECTION_H_
