#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_

#include <string>

#include "absl/time/time.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// How a sweep was run that began and ended then.
RunRecord DescribeRun(const std::string& command, absl::Time begin, absl::Time end);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_
