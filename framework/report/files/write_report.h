#ifndef RETORT_FRAMEWORK_REPORT_FILES_WRITE_REPORT_H_
#define RETORT_FRAMEWORK_REPORT_FILES_WRITE_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// Writes `output_dir`/report/ with index.html and ReportFiles(), each one atomically, index.html last.
// Makes the folder.
//
// Errors: those of Analyse, and of the file system with the path.
absl::Status WriteReport(const SweepResult& result, const std::string& output_dir);

// The report for a terminal of `width` columns: warnings, the table, the differences in words, what is
// said of published effects, and the answer in one
// sentence at the end, where a reader's eyes are. Ends in a newline. Errors: those of Analyse.
absl::StatusOr<std::string> RenderTerminalReport(const SweepResult& result, int width);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_WRITE_REPORT_H_
