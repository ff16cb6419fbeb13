#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_MACRO_COLUMNS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_MACRO_COLUMNS_H_

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// Adds a column for each macro average of the result to an analysis that has all measured columns: behind the primary
// metric, or as that. A seed of a variant, or a teacher, has one if all of its tasks were measured; the difference to
// the base is over the seeds that both have (EstimateMacroDifference in statistics.h), of which a task's row is the
// mean of the rows of its metrics. Adds nothing where nothing was measured.
void AddMacroColumns(const SweepResult& result, Analysis* analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_MACRO_COLUMNS_H_
