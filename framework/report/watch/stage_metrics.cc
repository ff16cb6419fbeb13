#include "framework/report/watch/stage_metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "framework/base/status_macros.h"
#include "framework/report/watch/metrics_lines.h"
#include "glog/logging.h"

namespace retort {
namespace {

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<StepRecord> Thin(std::vector<StepRecord> steps, size_t most_steps) {
  if (steps.size() <= most_steps) return steps;
  const size_t stride = (steps.size() + most_steps - 1) / most_steps;
  std::vector<StepRecord> kept;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i % stride == 0 || i + 1 == steps.size()) kept.push_back(std::move(steps[i]));
  }
  return kept;
}

std::vector<StepCost> CostsOf(const std::vector<StepRecord>& steps) {
  std::vector<StepCost> costs;
  StepRecord before;
  for (const StepRecord& step : steps) {
    StepCost cost{step.step, step.tokens_per_second};
    if (step.tokens_per_second > 0) {
      cost.seconds = static_cast<double>(step.tokens - before.tokens) / step.tokens_per_second;
    }
    cost.student_flops = step.student_flops - before.student_flops;
    cost.teacher_flops = step.total_flops - before.total_flops - cost.student_flops;
    costs.push_back(cost);
    before = step;
  }
  return costs;
}

void Summarise(const std::vector<StepRecord>& steps, StageMetrics* metrics) {
  if (steps.empty()) return;
  metrics->tokens = steps.back().tokens;
  metrics->student_flops = steps.back().student_flops;
  metrics->total_flops = steps.back().total_flops;
  std::vector<double> speeds;
  int64_t clipped = 0;
  for (const StepRecord& step : steps) {
    if (std::isfinite(step.tokens_per_second)) speeds.push_back(step.tokens_per_second);
    clipped += step.clipped;
  }
  metrics->tokens_per_second = Median(std::move(speeds));
  metrics->clipped_share = static_cast<double>(clipped) / static_cast<double>(steps.size());
}

}  // namespace

absl::StatusOr<StageMetrics> ParseMetricsLog(absl::string_view jsonl, int most_steps) {
  CHECK_GE(most_steps, 2);
  RETORT_ASSIGN_OR_RETURN(std::vector<MetricsRecord> records, ParseMetricsLines(jsonl));
  StageMetrics metrics;
  std::vector<StepRecord> steps;
  for (MetricsRecord& record : records) {
    if (StepRecord* step = std::get_if<StepRecord>(&record)) {
      steps.push_back(std::move(*step));
    } else {
      metrics.evaluations.push_back(std::get<EvaluationRecord>(std::move(record)));
    }
  }
  Summarise(steps, &metrics);
  metrics.costs = CostsOf(steps);
  metrics.steps = Thin(std::move(steps), static_cast<size_t>(most_steps));
  return metrics;
}

}  // namespace retort
