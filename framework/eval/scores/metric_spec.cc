#include "framework/eval/scores/metric_spec.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kOr[] = " or ";

bool HasLabel(const MetricSpec& spec, const std::string& label) {
  const std::vector<std::string> labels = absl::StrSplit(spec.label, kOr);
  return std::count(labels.begin(), labels.end(), label) > 0;
}

}  // namespace

std::string OfTask(absl::string_view task, absl::string_view name) {
  return task.empty() ? std::string(name) : absl::StrCat(task, "/", name);
}

MetricSpec OfTask(absl::string_view task, MetricSpec metric) {
  metric.name = OfTask(task, metric.name);
  if (!task.empty()) metric.label = absl::StrCat(task, ": ", metric.label);
  return metric;
}

MetricSpecs OfTask(absl::string_view task, MetricSpecs metrics) {
  for (MetricSpec& metric : metrics) metric = OfTask(task, std::move(metric));
  return metrics;
}

void AddMetrics(const MetricSpecs& more, MetricSpecs* specs) {
  for (const MetricSpec& spec : more) {
    const size_t rank = static_cast<size_t>(MetricRank(*specs, spec.name));
    if (rank == specs->size()) {
      specs->push_back(spec);
    } else if (!HasLabel((*specs)[rank], spec.label)) {
      absl::StrAppend(&(*specs)[rank].label, kOr, spec.label);
    }
  }
}

MetricSpec FindMetric(const MetricSpecs& specs, absl::string_view name) {
  const size_t rank = static_cast<size_t>(MetricRank(specs, name));
  if (rank < specs.size()) return specs[rank];
  MetricSpec unknown;
  unknown.name = unknown.label = std::string(name);
  return unknown;
}

int MetricRank(const MetricSpecs& specs, absl::string_view name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const MetricSpec& spec) { return spec.name == name; });
  return static_cast<int>(found - specs.begin());
}

bool IsBetter(const MetricSpec& metric, double value, double best) {
  if (std::isnan(best)) return !std::isnan(value);
  switch (metric.better) {
    case Better::kUnknown:
      return false;
    case Better::kLower:
      return value < best;
    case Better::kHigher:
      return value > best;
  }
  LOG(FATAL) << "no direction " << static_cast<int>(metric.better);
}

}  // namespace retort
