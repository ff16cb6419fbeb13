#ifndef RETORT_FRAMEWORK_REPORT_FILES_VARIANTS_TXT_H_
#define RETORT_FRAMEWORK_REPORT_FILES_VARIANTS_TXT_H_

#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The names of the variants, one per line.
std::string RenderVariantsTxt(const SweepResult& result, const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_VARIANTS_TXT_H_
