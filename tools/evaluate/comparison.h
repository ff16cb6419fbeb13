#ifndef RETORT_TOOLS_EVALUATE_COMPARISON_H_
#define RETORT_TOOLS_EVALUATE_COMPARISON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/statistics/statistics.h"
#include "nlohmann/json.hpp"
#include "tools/evaluate/evaluate_models.h"

// Models beside one another: each metric with its standard error over examples, and the paired difference of each model
// to the first. Pure functions.

namespace retort {

// One metric of all models, in their order.
struct MetricComparison {
  MetricSpec metric;
  std::vector<PairedDifference> values;  // To 0.
  // To the first model; none for the first itself, and for those that were measured on other examples. Where a metric
  // is one value for all examples, there is no interval.
  std::vector<std::optional<PairedDifference>> differences;
};

// Of the metrics that the first model was scored by. REQUIRES: the models were scored by the same metrics.
// Errors: those of EstimateDifference.
absl::StatusOr<std::vector<MetricComparison>> Compare(const MetricSpecs& metrics,
                                                      const std::vector<ModelResult>& models);

// A table for readers, a row per model and one per difference, in lines that end in a newline.
std::string ComparisonTable(const std::vector<MetricComparison>& comparisons, const std::vector<ModelResult>& models);

// One object per model: {"model", "metrics": {NAME: {"value", "standard_error", "low", "high"}}, "differences": the
// same}.
nlohmann::ordered_json ComparisonJson(const std::vector<MetricComparison>& comparisons,
                                      const std::vector<ModelResult>& models);

}  // namespace retort

#endif  // RETORT_TOOLS_EVALUATE_COMPARISON_H_
