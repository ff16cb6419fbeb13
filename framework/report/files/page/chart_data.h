#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHART_DATA_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHART_DATA_H_

#include <cstddef>
#include <string>
#include <vector>

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// What report.js draws, as JSON that is safe inside a <script> element ('<' is escaped). Numbers are rounded to 6
// significant digits; null where not finite. Steps are thinned, of all runs alike, until it takes at most `most_bytes`
// or curves have 25 of them. Runs that failed are left out where others of their variant finished.
//
//   {"metrics": [{"name", "title", "scale"}],  evaluated while training, the primary one first
//    "terms": ["ce", ...],
//    "every": 4,  of the recorded steps one is there
//    "stages": ["general", ...],  in their order
//    "variants": [{"name", "base", "other_examples", "runs": [{"seed", "stages": {name: {
//       "evaluations": {"step": [], "tokens": [], "student_flops": [], "total_flops": [], "metrics": {name: []}},
//       "steps": {"step": [], ..., "terms": {name: {"weight", "values": []}}}}}}]}]}
//
// `other_examples`: the variant was not evaluated on the base's examples while training.
//
// Pure function.
std::string RenderChartData(const SweepResult& result, size_t most_bytes);

// The metrics that were evaluated while training, the primary one first, and the stages that have curves, in the order
// in which they trained. Pure functions.
std::vector<std::string> MetricsWhileTraining(const SweepResult& result);
std::vector<std::string> StagesOfCurves(const SweepResult& result);

// The variants that have curves, in the report's order: controls that train nothing have none. Pure function.
std::vector<std::string> VariantsWithCurves(const SweepResult& result);

// The variants that were evaluated while some stage trained, but not on the examples of the first variant that was.
// Pure function.
std::vector<std::string> EvaluatedOnOtherExamples(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHART_DATA_H_
