#include "framework/sweep/results/final_students.h"

#include <algorithm>

namespace retort {

bool TrainsTeacher(const Plan& plan, int index) {
  while (plan.stages[index].student >= 0) index = plan.stages[index].student;
  return plan.stages[index].from_teacher;
}

std::vector<int> FinalStudents(const Plan& plan, const std::string& variant, uint64_t seed) {
  std::vector<int> trained, students;
  for (const ExpandedVariant& expanded : plan.sweep.variants) {
    if (expanded.name != variant) continue;
    for (const Stage& stage : expanded.experiment.stage()) {
      const int index = plan.Find(variant, seed, stage.name());
      if (!plan.stages[index].trains()) continue;
      trained.push_back(index);
      if (!TrainsTeacher(plan, index)) students.push_back(index);
    }
  }
  if (students.empty()) students = trained;
  std::vector<int> final_ones;
  for (const int index : students) {
    const auto goes_on = [&](int other) { return plan.stages[other].student == index; };
    const bool is_new = std::count(final_ones.begin(), final_ones.end(), index) == 0;
    if (is_new && std::none_of(students.begin(), students.end(), goes_on)) final_ones.push_back(index);
  }
  return final_ones;
}

}  // namespace retort
