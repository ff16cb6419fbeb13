#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_PARALLEL_COORDINATES_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_PARALLEL_COORDINATES_H_

#include <cstddef>
#include <string>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/grid.h"

namespace retort {

// An <svg> with an axis for each setting of the grid, evenly spaced, and the difference to the base in a metric (a
// place in Analysis.columns) as the last one: a line for each variant that has a difference, in the colour of what it
// says, with its interval as a bar. Empty if no variant of the grid has a difference. Needs no script. Pure function.
std::string ParallelCoordinates(const Analysis& analysis, const SettingGrid& grid, size_t metric);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_PARALLEL_COORDINATES_H_
