#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_GRID_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_GRID_SECTION_H_

#include <string>

#include "framework/report/analysis/analysis.h"

namespace retort {

// The page's view of a grid over two or more settings (framework/report/analysis/grid.h): for each metric a table with
// the first setting down and the others across, mean and difference to the base in each cell, and parallel coordinates,
// a line per variant through its settings to its difference with the interval. Works without scripts. Empty where the
// sweep has no such grid. Pure function.
std::string GridSection(const Analysis& analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_GRID_SECTION_H_
