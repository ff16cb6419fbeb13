#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_COST_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_COST_H_

#include <optional>
#include <vector>

#include "framework/base/available_memory.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/run/speed.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

// What a plan takes, as far as the store lacks its results. Pure functions of both.

namespace retort {

// Of a cohort that is left to train. Operations are floating-point operations of matrix products.
struct CohortCost {
  std::vector<int> stages;  // Its members.
  double student_flops = 0;
  double teacher_flops = 0;  // Of the one forward pass that all share, but for what is read of it.
  TrainingShape shape;
  TeacherCachePlan teacher;
};

struct Cost {
  std::vector<CohortCost> cohorts;
  double student_flops = 0, teacher_flops = 0, augmentation_flops = 0;
  double memory = 0;                         // Bytes of the largest cohort.
  double evaluation_memory = 0;              // Bytes of the most demanding evaluations that share a pass.
  std::optional<AvailableMemory> parted_by;  // What parts cohorts; none: they are whole.
  double stored_parameters = 0;
  int stages = 0, stages_done = 0;
};

Cost CostOf(const Plan& plan, const Store& store, const TeacherCacheSettings& cache = {});

// How long training what the store lacks is expected to take, in seconds, at one speed for all of it.
double EstimateSeconds(const Plan& plan, const Store& store, double flops_per_second);

struct TimeEstimate {
  double seconds = 0;
  bool alike = false;  // Whether trainings like all of these are known.
};

// The same at the speeds that are known of trainings with so many threads; none if no speed is known.
std::optional<TimeEstimate> EstimateTime(const Cost& cost, const KnownSpeeds& speeds, int threads);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_COST_H_
