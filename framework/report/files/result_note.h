#ifndef RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_

#include <optional>
#include <string>

#include "framework/report/analysis/analysis.h"

namespace retort {

// The number of seeds that every variant has finished; none where variants differ in that, or where a run failed. Pure
// function.
std::optional<int> CommonSeeds(const Analysis& analysis);

// How to read the cells of a result table: what is over how many seeds, what the intervals are over, what averages are
// of. Pure function.
std::string ResultNote(const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_RESULT_NOTE_H_
