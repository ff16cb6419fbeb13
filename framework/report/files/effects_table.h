#ifndef RETORT_FRAMEWORK_REPORT_FILES_EFFECTS_TABLE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_EFFECTS_TABLE_H_

#include "framework/report/analysis/analysis.h"
#include "framework/report/files/tables.h"

namespace retort {

// What the sweep says of published effects: a row for each published delta with its source, the difference here that
// answers to it with its interval, Holm's adjusted p-values and the verdict. Without rows if none was published. Pure
// function.
Table BuildEffectsTable(const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_EFFECTS_TABLE_H_
