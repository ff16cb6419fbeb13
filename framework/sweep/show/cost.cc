#include "framework/sweep/show/cost.h"

#include <algorithm>

#include "framework/data/step_source.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

CohortCost CostOfCohort(const Plan& plan, const std::vector<int>& cohort, const Store& store,
                        const TeacherCacheSettings& cache) {
  CohortCost cost;
  cost.stages = cohort;
  cost.teacher = PlanTeacherCache(plan, cohort, store, cache);
  double student_tokens = 0;
  for (int index : cohort) {
    const TrainingWork& work = plan.stages[index].training();
    const double tokens = static_cast<double>(MeanStep(*work.source).tokens);
    cost.student_flops += work.student_flops;
    cost.teacher_flops = std::max(cost.teacher_flops, work.teacher_flops);
    cost.shape.tokens_per_step = tokens;
    student_tokens += tokens * static_cast<double>(work.total_steps);
  }
  cost.teacher_flops = std::max(0.0, cost.teacher_flops - cost.teacher.kept_flops);
  cost.shape.flops_per_token = cost.student_flops / student_tokens;
  cost.shape.teacher_share = cost.teacher_flops / (cost.student_flops + cost.teacher_flops);
  return cost;
}

void AddTraining(const Plan& plan, const StageIndices& done, const Store& store, const TeacherCacheSettings& cache,
                 Cost* cost) {
  for (const std::vector<int>& cohort : Cohorts(plan, done, {})) {
    const CohortCost& added = cost->cohorts.emplace_back(CostOfCohort(plan, cohort, store, cache));
    cost->student_flops += added.student_flops;
    cost->teacher_flops += added.teacher_flops;
    std::vector<TrainingMemory> members;
    for (int index : cohort) {
      cost->stored_parameters += static_cast<double>(plan.stages[index].training().parameters);
      members.push_back(plan.stages[index].training().memory);
    }
    cost->memory = std::max(cost->memory, CohortMemory(members, plan.students_at_once));
  }
}

void AddAugmentation(const Plan& plan, const StageIndices& done, Cost* cost) {
  for (size_t index = 0; index < plan.stages.size(); ++index) {
    const PlannedStage& stage = plan.stages[index];
    if (!stage.augments() || done.count(static_cast<int>(index)) > 0) continue;
    cost->augmentation_flops += stage.augmentation().flops;
    cost->evaluation_memory = std::max(cost->evaluation_memory, SharedEvaluationMemory({stage.augmentation().memory}));
  }
}

void AddEvaluation(const Plan& plan, const StageIndices& done, Cost* cost) {
  for (const std::vector<int>& group : EvaluationGroups(plan, done)) {
    std::vector<EvaluationMemory> members;
    for (int index : group) members.push_back(plan.stages[index].evaluation().memory);
    cost->evaluation_memory = std::max(cost->evaluation_memory, SharedEvaluationMemory(members));
  }
}

}  // namespace

Cost CostOf(const Plan& plan, const Store& store, const TeacherCacheSettings& cache) {
  Cost cost;
  const StageIndices done = store.Done(plan);
  cost.stages = static_cast<int>(plan.stages.size());
  cost.stages_done = static_cast<int>(done.size());
  AddTraining(plan, done, store, cache, &cost);
  if (ArePartedByMemory(plan, done)) cost.parted_by = plan.memory;
  AddAugmentation(plan, done, &cost);
  AddEvaluation(plan, done, &cost);
  return cost;
}

double EstimateSeconds(const Plan& plan, const Store& store, double flops_per_second) {
  const Cost cost = CostOf(plan, store);
  return (cost.student_flops + cost.teacher_flops + cost.augmentation_flops) / flops_per_second;
}

std::optional<TimeEstimate> EstimateTime(const Cost& cost, const KnownSpeeds& speeds, int threads) {
  const std::optional<double> fastest = speeds.fastest();
  if (!fastest) return std::nullopt;
  TimeEstimate estimate{0, true};
  for (const CohortCost& cohort : cost.cohorts) {
    const KnownSpeeds::Guess guess = *speeds.GuessFor(cohort.shape, threads);
    estimate.seconds += (cohort.student_flops + cohort.teacher_flops) / guess.flops_per_second;
    estimate.alike = estimate.alike && guess.alike;
  }
  // An augmentation is forward passes of large batches alone.
  if (cost.augmentation_flops > 0) estimate.alike = false;
  estimate.seconds += cost.augmentation_flops / *fastest;
  return estimate;
}

}  // namespace retort
