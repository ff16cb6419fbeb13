#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_EXAMPLES_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_EXAMPLES_SECTION_H_

#include <cstddef>
#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The page's held-out examples, as texts, on which variants gain and lose most against the base; examples.js shows and
// sorts them. Of each variant there are as many as fit into `most_bytes` with all others, at most 20 of either kind,
// and long texts are cut; the note says both. Empty where nothing has texts (SweepResult.texts). Pure function.
std::string ExamplesSection(const SweepResult& result, const Analysis& analysis, size_t most_bytes);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_EXAMPLES_SECTION_H_
