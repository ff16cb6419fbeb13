#ifndef RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_
#define RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_

#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// results.json: everything that the report says, for programs. Metrics in their own unit with all digits; null where a
// number does not exist; NaN and infinities are "nan", "inf" and "-inf". Keys: name, headline, conditions, base,
// primary_metric, seeds, metrics[], variants[] (metrics[] in the order of the top-level metrics[], each with by_seed,
// mean, sd and difference {estimate, low, high, confidence, standard_error, degrees_of_freedom, seeds, examples,
// screening, verdict, words}), teachers[{name, values[]}], published[], warnings[], environment{}, resolved_config. Indented; ends in a
// newline. Pure function.
std::string RenderResultsJson(const SweepResult& result, const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_
