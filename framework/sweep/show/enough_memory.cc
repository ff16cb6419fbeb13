#include "framework/sweep/show/enough_memory.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

double MemoryOf(const Plan& plan, const std::vector<int>& cohort) {
  std::vector<TrainingMemory> members;
  for (int index : cohort) members.push_back(plan.stages[index].training().memory);
  return ProgramMemory(CohortMemory(members));
}

}  // namespace

absl::Status EnoughMemory(const Plan& plan, const Store& store, const AvailableMemory& available) {
  const std::vector<std::vector<int>> cohorts = Cohorts(plan, store.Done(plan), {});
  const auto largest = std::max_element(cohorts.begin(), cohorts.end(), [&](const auto& a, const auto& b) {
    return MemoryOf(plan, a) < MemoryOf(plan, b);
  });
  if (largest == cohorts.end() || MemoryOf(plan, *largest) <= available.bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrFormat(
      "memory: training %d students at once (%s) takes about %.3g GB, and %.3g GB can be had (%s); train fewer at once "
      "(--only=%s, then the others: the results come together in the store), or compute a step in more slices "
      "(batch.micro_batches)",
      largest->size(), VariantNames(plan, *largest), MemoryOf(plan, *largest) / 1e9, available.bytes / 1e9,
      available.bound, plan.stages[largest->front()].used_by.front().variant));
}

}  // namespace retort
