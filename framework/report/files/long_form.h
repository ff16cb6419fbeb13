#ifndef RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_
#define RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_

#include <string>

#include "framework/report/analysis/sweep_result.h"

// A sweep's raw numbers as tab-separated tables, one number per line, for R, pandas and the like. All digits; NaN and
// infinities are nan, inf and -inf. Tabs and line breaks in names become blanks. Pure functions.

namespace retort {

// Both have the columns measured_on and teacher, the identities of the examples and of the teacher beside which they
// were scored: lines are to be paired by example where measured_on is the same, and of metrics that are measured beside
// a teacher (the KL) where that is the same too.

// Columns: variant, seed, stage, split, metric, example, sum, count, measured_on, teacher. One line per example of
// every final evaluation. The teacher's lines have "(teacher)" as variant, "(teacher <folder>)" where there are
// several, and the seed of its training where it was trained.
std::string PerExampleTsv(const SweepResult& result);

// Columns: variant, seed, stage, tokens, flops, split, metric, value, measured_on, teacher. Evaluations while training,
// under the stage that trained, with that stage's tokens and FLOPs so far; then final ones, under the stage that
// evaluated, with those of all stages that train the run's student.
// `flops` holds student and teacher (total_flops). Runs that failed give the evaluations that they reached; evaluations
// while training have no teacher beside them.
std::string LongTsv(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_
