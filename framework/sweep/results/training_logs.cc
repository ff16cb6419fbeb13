#include "framework/sweep/results/training_logs.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {

absl::StatusOr<TrainingLogs> TrainingLogs::Read(const Plan& plan, const StageStatuses& failed, const Store& store) {
  TrainingLogs logs;
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    const PlannedStage& stage = plan.stages[i];
    const int index = static_cast<int>(i);
    if (!stage.trains()) continue;
    const absl::StatusOr<std::string> log = store.GetMetricsLog(stage.key);
    if (!log.ok() && failed.count(index) > 0) continue;
    RETORT_RETURN_IF_ERROR(log.status());
    absl::StatusOr<StageMetrics> metrics = ParseMetricsLog(*log);
    if (!metrics.ok()) {
      return absl::DataLossError(absl::StrCat(store.Folder(stage.key), "/metrics.jsonl: ", metrics.status().message()));
    }
    logs.Add(index, *std::move(metrics));
  }
  return logs;
}

void TrainingLogs::Add(int stage, StageMetrics metrics) {
  for (const StepCost& cost : metrics.costs) {
    SharedStep& step = steps_[{cost.step, cost.tokens_per_second}];
    step.student_flops += cost.student_flops;
    step.teacher_flops = std::max(step.teacher_flops, cost.teacher_flops);
    ++step.students;
    step.taught += cost.teacher_flops > 0;
  }
  logs_.emplace(stage, std::move(metrics));
}

const StageMetrics* TrainingLogs::Find(int stage) const {
  const auto found = logs_.find(stage);
  return found == logs_.end() ? nullptr : &found->second;
}

double TrainingLogs::ShareOf(const StepCost& cost) const {
  const SharedStep& step = steps_.at({cost.step, cost.tokens_per_second});
  const double all = step.student_flops + step.teacher_flops;
  if (all <= 0) return 1.0 / step.students;
  return (cost.student_flops + (cost.teacher_flops > 0 ? step.teacher_flops / step.taught : 0)) / all;
}

double TrainingLogs::SecondsOf(int stage) const {
  double seconds = 0;
  for (const StepCost& cost : logs_.at(stage).costs) seconds += cost.seconds > 0 ? cost.seconds * ShareOf(cost) : 0;
  return seconds;
}

}  // namespace retort
