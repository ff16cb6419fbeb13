#ifndef RETORT_FRAMEWORK_REPORT_WATCH_STAGE_METRICS_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_STAGE_METRICS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/train/observer.h"

// A training stage read back from its metrics.jsonl. The log, not the memory of the process, is the source of a
// report's curves, because a stage may have been resumed, or computed by an earlier sweep. Pure functions.

namespace retort {

// What one step cost.
struct StepCost {
  int64_t step = 0;
  // As it was logged: the members of a cohort have the same number, to the bit, which tells steps that were shared.
  double tokens_per_second = 0;
  double seconds = 0;        // Of the cohort's step.
  double student_flops = 0;  // Of this step alone, as the next.
  double teacher_flops = 0;
};

struct StageMetrics {
  std::vector<StepRecord> steps;  // Thinned: the first, the last, and every n-th between, n the same for equal lengths.
  std::vector<EvaluationRecord> evaluations;
  int64_t tokens = 0;  // At the end, as the FLOPs.
  double student_flops = 0;
  double total_flops = 0;
  double tokens_per_second = 0;  // Median over all steps.
  double clipped_share = 0;      // Of all steps.
  std::vector<StepCost> costs;   // Of all steps.
};

// Parses what MetricsLog wrote.
//
// Args: most_steps: thin to about this many, >= 2.
// Errors: InvalidArgument with the number of the first line that is not as MetricsLog wrote it.
absl::StatusOr<StageMetrics> ParseMetricsLog(absl::string_view jsonl, int most_steps = 300);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_STAGE_METRICS_H_
