#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/base/available_memory.h"
#include "framework/config/variants/expand.h"
#include "framework/eval/scores/macro_average.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/planned_stage.h"

namespace retort {

// Everything a sweep is going to compute, in an order in which each stage comes after those it reads.
struct Plan {
  ExpandedSweep sweep;  // With the controls among the variants.
  std::vector<PlannedStage> stages;
  std::vector<std::string> teachers;  // A line for each: the class that its heads come from, and what was left aside.
  std::vector<std::string>
      notes;  // What was left out or cut of the data: "train: 12 of 9596 examples cut to 64 pieces".
  std::vector<std::string> warnings;
  std::vector<MacroAverage> macros;  // Over the tasks of its experiment.
  c10::Device device = c10::Device(at::kCPU);
  int students_at_once = 1;               // PlanOptions::students_at_once
  std::optional<AvailableMemory> memory;  // PlanOptions::memory

  // What its evaluations measure, in the order of the report's columns; those of a task as OfTask names them.
  MetricSpecs metrics() const;

  // Whether the variant is planned: --only chose it, or nothing was chosen.
  bool Has(const std::string& variant) const;

  // The first of the planned variants, which the others are compared with.
  const ExpandedVariant& base() const;

  // What a stage is taught by: the folder of a model, or "@<stage>" where it is trained; "none".
  std::string TeacherOf(const PlannedStage& stage) const;

  // The planned stage of a variant, seed and stage name; -1: there is none.
  int Find(const std::string& variant, uint64_t seed, const std::string& stage) const;
};

// Whether two variants are the same experiment under two names: they resolve to the same planned stages.
bool AreTwins(const Plan& plan, const ExpandedVariant& a, const ExpandedVariant& b);

// Stages of a plan, by index.
using StageIndices = std::set<int>;

// What became of planned stages; by index.
using StageStatuses = std::map<int, absl::Status>;

struct PlanOptions {
  c10::Device device = c10::Device(at::kCPU);
  // Variants; empty: all. Names may have been cut at their commas: what makes a name together is taken as one.
  std::vector<std::string> only;
  int students_at_once = 1;  // Of a cohort: how many compute at the same time, and need memory for that.
  // What stages that run together may take: they are parted so that they fit (cohorts.h). None: they are not parted.
  std::optional<AvailableMemory> memory;
};

// Resolves a sweep into stages with keys: makes the controls, creates every plugin once (which finds mismatches of
// shapes, mappings and options), reads teachers, vocabularies and corpora, counts steps, and merges what is the same.
//
// Errors: InvalidArgument, NotFound or what files give, with `variant "<name>": stage "<name>": ` in front.
absl::StatusOr<Plan> MakePlan(const ExpandedSweep& sweep, const PlanOptions& options, Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_H_
