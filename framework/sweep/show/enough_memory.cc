#include "framework/sweep/show/enough_memory.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

// The advice to part the cohort's variants; empty where there is one.
std::string TrainFewer(const Plan& plan, const std::vector<int>& cohort) {
  std::set<std::string> variants;
  for (int index : cohort) variants.insert(plan.stages[index].used_by.front().variant);
  if (variants.size() < 2) return "";
  return absl::StrCat("train fewer at once (--only=", plan.stages[cohort.front()].used_by.front().variant,
                      ", then the others: the results come together in the store), or ");
}

}  // namespace

absl::Status EnoughMemory(const Plan& plan, const Store& store, const AvailableMemory& available) {
  const std::vector<std::vector<int>> cohorts = Cohorts(plan, store.Done(plan), {});
  const auto largest = std::max_element(cohorts.begin(), cohorts.end(), [&](const auto& a, const auto& b) {
    return MemoryOf(plan, a) < MemoryOf(plan, b);
  });
  if (largest == cohorts.end() || MemoryOf(plan, *largest) <= available.bytes) return absl::OkStatus();
  const std::string students = largest->size() == 1 ? "a student" : absl::StrCat(largest->size(), " students at once");
  return absl::ResourceExhaustedError(
      absl::StrFormat("memory: training %s (%s) takes about %.3g GB, and %.3g GB can be had (%s); %scompute a step in "
                      "more slices (batch.micro_batches)",
                      students, VariantNames(plan, *largest), MemoryOf(plan, *largest) / 1e9, available.bytes / 1e9,
                      available.bound, TrainFewer(plan, *largest)));
}

}  // namespace retort
