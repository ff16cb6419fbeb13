#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_METRIC_INFO_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_METRIC_INFO_H_

#include <string>

#include "absl/strings/string_view.h"

namespace retort {

enum class Better { kUnknown, kLower, kHigher };

// How a metric is shown to readers. Files for machines hold unscaled values.
struct MetricInfo {
  std::string label;            // "cross-entropy"
  double scale = 1;             // Shown value = scale · value; 100 for shares, shown in percent.
  std::string unit;             // Of a value: "nats", "%"; may be empty.
  std::string difference_unit;  // Of a difference: "nats", "points".
  Better better = Better::kUnknown;
  int rank = 0;  // Place of its column after the primary metric; metrics of one rank stand in alphabetical order.
  std::string example = "sequence";  // What it is measured on, one of them: "sentence pair".
};

// Knows the metrics by the last part of their name ("masked_lm/cross_entropy"). An unknown metric is shown under its
// own name, without unit, and no words say whether more of it is better.
MetricInfo FindMetricInfo(absl::string_view metric);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_METRIC_INFO_H_
