#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_TRAINING_LOGS_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_TRAINING_LOGS_H_

#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "framework/report/watch/stage_metrics.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// The logs of all trainings of a plan, each read once, and what each student's part of the time was.
class TrainingLogs {
 public:
  // Of the stages that did not fail, and of others as far as they have logs. Errors: those of files; DataLoss for a log
  // that is not as it was written.
  static absl::StatusOr<TrainingLogs> Read(const Plan& plan, const StageStatuses& failed, const Store& store);

  // The log of a stage, by its index in the plan; null if there is none.
  const StageMetrics* Find(int stage) const;

  // The time that the stage's student took: of every step that students shared, its part by operations, which are its
  // own and, of the teacher's forward pass, an equal share with all that learn from it. What was trained together is
  // told by the logs, among the stages of the plan: where a student shared steps with one of another sweep, the time is
  // that of the steps. Evaluations, checkpoints and waiting take none of it. REQUIRES: Find(stage) is not null.
  double SecondsOf(int stage) const;

 private:
  using StepPlace = std::pair<int64_t, double>;  // Its number and its speed: those of one cohort share both.
  struct SharedStep {
    double student_flops = 0;  // Of all students together.
    double teacher_flops = 0;
    int students = 0;
    int taught = 0;  // Of these.
  };

  void Add(int stage, StageMetrics metrics);
  double ShareOf(const StepCost& cost) const;

  std::map<int, StageMetrics> logs_;
  std::map<StepPlace, SharedStep> steps_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_TRAINING_LOGS_H_
