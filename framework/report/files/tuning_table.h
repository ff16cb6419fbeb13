#ifndef RETORT_FRAMEWORK_REPORT_FILES_TUNING_TABLE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_TUNING_TABLE_H_

#include "framework/report/analysis/sweep_result.h"
#include "framework/report/files/tables.h"

namespace retort {

// What the search of the sweep (Sweep.tune) tried: a row for each variant, stage and setting, with what it reached and
// whether it was chosen. Without rows if nothing was tried. Pure function.
Table BuildTuningTable(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_TUNING_TABLE_H_
