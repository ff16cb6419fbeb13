#ifndef RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_
#define RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_

#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// results.json: everything that the report says, for programs. Metrics in their own unit with all digits; null where a
// number does not exist; NaN and infinities are "nan", "inf" and "-inf". Keys: name, headline, conditions, base,
// primary_metric, seeds, metrics[] (those of a macro average with average_of[]), variants[] (metrics[] in the order of
// the top-level metrics[], each with by_seed, measured_on and teacher (identities of the examples and of the teacher
// beside which it was scored, by seed), mean, sd, not_compared (why there is no difference) and difference {estimate,
// low, high, confidence, standard_error, degrees_of_freedom, seeds, examples, examples_only, seeds_only, screening,
// verdict, words}; stopped_steps, of trainings that were out of patience, by seed and stage; parameters, tokens,
// padding_share (of the positions of their batches), student_flops, total_flops, seconds of the student's training,
// teacher_parameters), teachers[{name, values[], identities[], parameters}], published[], tuning[{variant, stage,
// split, seed, metric, points[{setting, score, error}], chosen (which of the points)}], settings[{path, values[] in the
// order of variants[]}], warnings[], run{date, command, seconds}, environment{}, resolved_config. Indented; ends in a
// newline. Pure function.
std::string RenderResultsJson(const SweepResult& result, const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_RESULTS_JSON_H_
