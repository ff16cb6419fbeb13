#include "framework/sweep/show/enough_memory.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/available_memory.h"
#include "framework/base/status_macros.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

// `work`: what takes so much: "training a student (base)".
absl::Status TooLittle(const std::string& work, double wanted, const AvailableMemory& available,
                       const std::string& way_out) {
  return absl::ResourceExhaustedError(absl::StrFormat("memory: %s takes about %.3g GB, and %.3g GB can be had (%s); %s",
                                                      work, wanted / 1e9, available.bytes / 1e9, available.bound,
                                                      way_out));
}

absl::Status EnoughToAugment(const Plan& plan, const StageIndices& done, const AvailableMemory& available) {
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    const PlannedStage& stage = plan.stages[i];
    if (!stage.augments() || done.count(static_cast<int>(i)) > 0) continue;
    const double wanted = ProgramMemory(SharedEvaluationMemory({stage.augmentation().memory}));
    if (wanted <= available.bytes) continue;
    return TooLittle(
        absl::StrCat("stage ", stage.stage.name(), ", augmenting by ", stage.stage.augmentation().model(), ","), wanted,
        available, "have a smaller model predict words (augmentation.model), or augment on a machine with more memory");
  }
  return absl::OkStatus();
}

// Slices of a step help where what is there beside it fits.
std::string WayOutOfTraining(TrainingMemory memory, const AvailableMemory& available) {
  memory.student_step = memory.teacher_step = memory.teacher_kept = 0;
  return ProgramMemory(CohortMemory({memory})) < available.bytes
             ? "compute a step in more slices (batch.micro_batches)"
             : "train a smaller student, or on a machine with more memory";
}

// Cohorts are parted until they fit, so that one that does not is of one student.
absl::Status EnoughToTrain(const Plan& plan, const StageIndices& done, const AvailableMemory& available) {
  for (const std::vector<int>& cohort : Cohorts(plan, done, {})) {
    const TrainingMemory& memory = plan.stages[cohort.front()].training().memory;
    const double wanted = ProgramMemory(CohortMemory({memory}));
    if (wanted <= available.bytes) continue;
    return TooLittle(absl::StrCat("training a student (", VariantNames(plan, cohort), ")"), wanted, available,
                     WayOutOfTraining(memory, available));
  }
  return absl::OkStatus();
}

absl::Status EnoughToEvaluate(const Plan& plan, const StageIndices& done, const AvailableMemory& available) {
  for (const std::vector<int>& group : EvaluationGroups(plan, done)) {
    const double wanted = ProgramMemory(SharedEvaluationMemory({plan.stages[group.front()].evaluation().memory}));
    if (wanted <= available.bytes) continue;
    return TooLittle(absl::StrCat("evaluating a student (", VariantNames(plan, group), ")"), wanted, available,
                     "evaluate shorter sequences (length) or on a machine with more memory");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EnoughMemory(const Plan& plan, const Store& store) {
  if (!plan.memory) return absl::OkStatus();
  const StageIndices done = store.Done(plan);
  RETORT_RETURN_IF_ERROR(EnoughToAugment(plan, done, *plan.memory));
  RETORT_RETURN_IF_ERROR(EnoughToTrain(plan, done, *plan.memory));
  return EnoughToEvaluate(plan, done, *plan.memory);
}

}  // namespace retort
