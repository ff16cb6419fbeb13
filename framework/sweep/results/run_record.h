#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_

#include <string>

#include "absl/time/time.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The commit, in hexadecimal digits, that the git checkout around a folder is at, as its files say; empty where there
// is none. What was changed since is not known.
std::string CheckoutCommit(const std::string& folder);

// How a sweep was run that began and ended then, with the commit of the checkout around the working directory.
RunRecord DescribeRun(const std::string& command, absl::Time begin, absl::Time end);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_RUN_RECORD_H_
