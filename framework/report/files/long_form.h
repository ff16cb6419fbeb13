#ifndef RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_
#define RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_

#include <string>

#include "framework/report/analysis/sweep_result.h"

// A sweep's raw numbers as tab-separated tables, one number per line, for R, pandas and the like. All digits; NaN and
// infinities are nan, inf and -inf. Tabs and line breaks in names become blanks. Pure functions.

namespace retort {

// Columns: variant, seed, stage, split, metric, example, sum, count. One line per example of every final evaluation.
// The teacher's lines have "(teacher)" as variant, "(teacher <folder>)" where there are several, and no seed.
std::string PerExampleTsv(const SweepResult& result);

// Columns: variant, seed, stage, tokens, flops, split, metric, value. Evaluations while training, under the stage that
// trained, then final ones, under the stage that evaluated, with the run's tokens and FLOPs. `flops` holds student and
// teacher (total_flops). Runs that failed give the evaluations that they reached.
std::string LongTsv(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_LONG_FORM_H_
