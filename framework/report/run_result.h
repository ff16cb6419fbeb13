#ifndef RETORT_FRAMEWORK_REPORT_RUN_RESULT_H_
#define RETORT_FRAMEWORK_REPORT_RUN_RESULT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/report/sweep_result.h"

// Runs are kept with the results of their stages and read again when a later sweep has them in common. JSON, so that
// they stay readable; every number reads back bit for bit. NaN and infinities, which JSON lacks, are the strings "nan",
// "inf" and "-inf". Pure functions.

namespace retort {

std::string ToJson(const RunResult& run);
std::string ToJson(const Scores& scores);

// Errors: InvalidArgument that names the field, what was wanted and what was got. Unknown fields are ignored; missing
// ones are errors, so that a truncated or foreign file is not taken for a run without results.
absl::StatusOr<RunResult> RunResultFromJson(absl::string_view json);
absl::StatusOr<Scores> ScoresFromJson(absl::string_view json);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_RUN_RESULT_H_
