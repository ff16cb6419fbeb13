#ifndef RETORT_FRAMEWORK_EVAL_SCORES_METRIC_SPEC_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_METRIC_SPEC_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace retort {

enum class Better { kUnknown, kLower, kHigher };

// How values of a metric are shown to readers. Files for machines hold unscaled values.
struct MetricUnit {
  double scale = 1;            // Shown value = scale · value.
  std::string value;           // Of a value: "nats", "%"; may be empty.
  std::string of_differences;  // Of a difference: "nats", "points".
};

inline MetricUnit Nats() { return {1, "nats", "nats"}; }
inline MetricUnit Percent() { return {100, "%", "points"}; }  // Of shares and correlations.

// What is known of a metric: what its numbers are, and whether high ones are good. Reports, the choice of the best
// state of a student and the primary metric read this; nothing is guessed from a name.
struct MetricSpec {
  std::string name;   // "masked_lm/cross_entropy": the evaluation that measures it, then which of its metrics.
  std::string label;  // "cross-entropy", for readers.
  MetricUnit unit = {};
  Better better = Better::kUnknown;  // Unknown: no words say whether more of it is better.
  std::string example = "example";   // What it is measured on, one of them: "sequence", "sentence pair".
  bool beside_teacher = false;       // Measured only where there is a teacher to compare with.
};

// Metrics in the order in which a report has their columns.
using MetricSpecs = std::vector<MetricSpec>;

// The metric of one of several tasks: "rt/classification/accuracy", "rt: accuracy". Without a task, the metric itself.
std::string OfTask(absl::string_view task, absl::string_view name);
MetricSpec OfTask(absl::string_view task, MetricSpec metric);
MetricSpecs OfTask(absl::string_view task, MetricSpecs metrics);

// Adds those that are not there yet, by name. What is called otherwise this time (another pooling) has both labels: a
// column says no more than what holds for all that stands in it.
void AddMetrics(const MetricSpecs& more, MetricSpecs* specs);

// The metric of this name; one that is not among them is shown under its own name, without unit.
MetricSpec FindMetric(const MetricSpecs& specs, absl::string_view name);

// The place of the metric among them; their number if it is not there.
int MetricRank(const MetricSpecs& specs, absl::string_view name);

// Whether `value` is better than `best`. What is not a number is better than nothing only; of a metric that does not
// say which is better, no value is.
bool IsBetter(const MetricSpec& metric, double value, double best);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_METRIC_SPEC_H_
