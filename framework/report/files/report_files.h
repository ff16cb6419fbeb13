#ifndef RETORT_FRAMEWORK_REPORT_FILES_REPORT_FILES_H_
#define RETORT_FRAMEWORK_REPORT_FILES_REPORT_FILES_H_

#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// A file of a report's folder. `render` gives what it holds; pure.
struct ReportFile {
  const char* name;
  std::string (*render)(const SweepResult&, const Analysis&);
};

// All files of a report but its page, in the order in which the page lists them: the one list that a new file joins.
const std::vector<ReportFile>& ReportFiles();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_REPORT_FILES_H_
