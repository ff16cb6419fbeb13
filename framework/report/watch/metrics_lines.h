#ifndef RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LINES_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LINES_H_

#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/train/observer.h"

namespace retort {

// What a line of metrics.jsonl says.
using MetricsRecord = std::variant<StepRecord, EvaluationRecord>;

// The lines that MetricsLog (framework/report/watch/metrics_log.h) wrote, in their order. Pure function. Errors:
// InvalidArgument with the number of the first line that is not as it was written.
absl::StatusOr<std::vector<MetricsRecord>> ParseMetricsLines(absl::string_view jsonl);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LINES_H_
