#include "framework/report/analysis/lookups.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "framework/eval/scores/metric_spec.h"

namespace retort {

std::vector<const RunResult*> RunsOf(const SweepResult& result, const std::string& variant) {
  std::vector<const RunResult*> runs;
  for (const RunResult& run : result.runs) {
    if (run.variant == variant) runs.push_back(&run);
  }
  return runs;
}

const RunResult* FindRun(const SweepResult& result, const std::string& variant, uint64_t seed) {
  for (const RunResult& run : result.runs) {
    if (run.variant == variant && run.seed == seed) return &run;
  }
  return nullptr;
}

bool HasColumn(const Scores& scores, const MetricColumn& column) {
  return scores.stage == column.stage && scores.split == column.split && scores.metrics.count(column.metric.name) > 0;
}

const Scores* FindScores(const RunResult& run, const MetricColumn& column) {
  for (const Scores& scores : run.scores) {
    if (HasColumn(scores, column)) return &scores;
  }
  return nullptr;
}

const ExampleScores& ByExample(const Scores& scores, const MetricColumn& column) {
  return scores.metrics.at(column.metric.name);
}

std::optional<Summary> SummariseSeeds(const std::map<uint64_t, double>& by_seed) {
  if (by_seed.empty()) return std::nullopt;
  std::vector<double> values;
  for (const auto& [seed, value] : by_seed) values.push_back(value);
  return Summarise(values);
}

std::vector<MetricColumn> FindColumns(const SweepResult& result) {
  std::set<std::tuple<std::string, std::string, std::string>> keys;  // stage, split, metric
  for (const RunResult& run : result.runs) {
    for (const Scores& scores : run.scores) {
      for (const auto& [metric, unused] : scores.metrics) keys.emplace(scores.stage, scores.split, metric);
    }
  }
  std::vector<MetricColumn> columns;
  for (const auto& [stage, split, metric] : keys)
    columns.push_back({stage, split, FindMetric(result.metrics, metric), ""});
  std::stable_sort(columns.begin(), columns.end(), [&](const MetricColumn& a, const MetricColumn& b) {
    const auto order = [&](const MetricColumn& c) {
      return std::make_tuple(c.metric.name != result.primary_metric, c.split != "report",
                             MetricRank(result.metrics, c.metric.name), c.metric.name);
    };
    return order(a) < order(b);
  });
  for (MetricColumn& column : columns) {
    const auto same = [&](const MetricColumn& other) { return other.metric.label == column.metric.label; };
    const bool unique = std::count_if(columns.begin(), columns.end(), same) == 1;
    column.title =
        unique ? column.metric.label : absl::StrCat(column.stage, " (", column.split, "): ", column.metric.label);
  }
  return columns;
}

}  // namespace retort
