#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_REPORT_METRICS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_REPORT_METRICS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/eval/scores/macro_average.h"

// Which of the metrics that an experiment's evaluations measure a report begins with and averages. `base` is the
// expanded base experiment, with its evaluations.

namespace retort {

// The macro averages of the report: for each task the metrics that the average names and that its evaluations measure,
// in its last evaluation that does; without any, what its last evaluation measures first.
//
// Errors: InvalidArgument for a metric that no task has, a task without an evaluation, or metrics of different units or
// directions; those of the evaluations.
absl::StatusOr<std::vector<MacroAverage>> ResolveMacros(const Experiment& base, const ReportSpec& report);

// That the metric which the report begins with, and those which answer to published ones, are measured or are averages.
//
// Errors: InvalidArgument with what there is; those of the evaluations.
absl::Status CheckReportMetrics(const Experiment& base, const ReportSpec& report,
                                const std::vector<Reference>& references);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_REPORT_METRICS_H_
