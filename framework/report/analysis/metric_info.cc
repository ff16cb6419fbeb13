#include "framework/report/analysis/metric_info.h"

#include <map>

namespace retort {

MetricInfo FindMetricInfo(absl::string_view metric) {
  static const auto* const known = new std::map<std::string, MetricInfo>{
      {"cross_entropy", {"cross-entropy", 1, "nats", "nats", Better::kLower, 0}},
      {"loss", {"loss", 1, "nats", "nats", Better::kLower, 0}},
      {"kl_to_teacher", {"KL to teacher", 1, "nats", "nats", Better::kLower, 1}},
      {"accuracy", {"accuracy", 100, "%", "points", Better::kHigher, 2}},
      {"spearman", {"Spearman", 100, "%", "points", Better::kHigher, 3, "sentence pair"}},
  };
  const size_t slash = metric.rfind('/');
  const absl::string_view last = slash == absl::string_view::npos ? metric : metric.substr(slash + 1);
  if (const auto found = known->find(std::string(last)); found != known->end()) return found->second;
  return {std::string(metric), 1, "", "", Better::kUnknown, 4, "example"};
}

}  // namespace retort
