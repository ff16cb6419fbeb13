#include "framework/sweep/show/enough_memory.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/status_macros.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

using Groups = std::vector<std::vector<int>>;

double TrainingBytes(const Plan& plan, const std::vector<int>& cohort) {
  std::vector<TrainingMemory> members;
  for (int index : cohort) members.push_back(plan.stages[index].training().memory);
  return ProgramMemory(CohortMemory(members));
}

double EvaluationBytes(const Plan& plan, const std::vector<int>& group) {
  std::vector<EvaluationMemory> members;
  for (int index : group) members.push_back(plan.stages[index].evaluation().memory);
  return EvaluatingProgramMemory(SharedEvaluationMemory(members));
}

// What is done to students together, and what that takes.
struct Work {
  const char* doing;  // "training"
  const char* to_do;  // "train"
  double (*bytes)(const Plan& plan, const std::vector<int>& group);
  const char* way_out;
};
constexpr Work kTraining = {"training", "train", TrainingBytes, "compute a step in more slices (batch.micro_batches)"};
constexpr Work kEvaluating = {"evaluating", "evaluate", EvaluationBytes,
                              "evaluate shorter sequences (length) or on a machine with more memory"};

// The advice to part the group's variants; empty where there is one.
std::string Fewer(const Work& work, const Plan& plan, const std::vector<int>& group) {
  std::set<std::string> variants;
  for (int index : group) variants.insert(plan.stages[index].used_by.front().variant);
  if (variants.size() < 2) return "";
  return absl::StrCat(work.to_do, " fewer at once (--only=", plan.stages[group.front()].used_by.front().variant,
                      ", then the others: the results come together in the store), or ");
}

absl::Status Enough(const Work& work, const Plan& plan, const Groups& groups, const AvailableMemory& available) {
  const auto largest = std::max_element(groups.begin(), groups.end(), [&](const auto& a, const auto& b) {
    return work.bytes(plan, a) < work.bytes(plan, b);
  });
  if (largest == groups.end() || work.bytes(plan, *largest) <= available.bytes) return absl::OkStatus();
  const std::string students = largest->size() == 1 ? "a student" : absl::StrCat(largest->size(), " students at once");
  return absl::ResourceExhaustedError(
      absl::StrFormat("memory: %s %s (%s) takes about %.3g GB, and %.3g GB can be had (%s); %s%s", work.doing, students,
                      VariantNames(plan, *largest), work.bytes(plan, *largest) / 1e9, available.bytes / 1e9,
                      available.bound, Fewer(work, plan, *largest), work.way_out));
}

absl::Status EnoughToAugment(const Plan& plan, const StageIndices& done, const AvailableMemory& available) {
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    const PlannedStage& stage = plan.stages[i];
    if (!stage.augments() || done.count(static_cast<int>(i)) > 0) continue;
    const double bytes = EvaluatingProgramMemory(SharedEvaluationMemory({stage.augmentation().memory}));
    if (bytes <= available.bytes) continue;
    return absl::ResourceExhaustedError(absl::StrFormat(
        "memory: stage %s, augmenting by %s, takes about %.3g GB, and %.3g GB can be had (%s); have a smaller model "
        "predict words (augmentation.model), or augment on a machine with more memory",
        stage.stage.name(), stage.stage.augmentation().model(), bytes / 1e9, available.bytes / 1e9, available.bound));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EnoughMemory(const Plan& plan, const Store& store, const AvailableMemory& available) {
  const StageIndices done = store.Done(plan);
  RETORT_RETURN_IF_ERROR(EnoughToAugment(plan, done, available));
  RETORT_RETURN_IF_ERROR(Enough(kTraining, plan, Cohorts(plan, done, {}), available));
  return Enough(kEvaluating, plan, EvaluationGroups(plan, done), available);
}

}  // namespace retort
