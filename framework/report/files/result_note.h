#ifndef RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_

#include <string>

#include "framework/report/analysis/analysis.h"

namespace retort {

// How to read the cells of a result table: what is over seeds, what the intervals are over, what averages are of. Pure
// function.
std::string ResultNote(const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_
