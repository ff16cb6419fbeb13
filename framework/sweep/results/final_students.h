#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_FINAL_STUDENTS_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_FINAL_STUDENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/plan/plan.h"

namespace retort {

// Whether a stage, by its index, trains the experiment's teacher, or goes on with it. Pure function, as the next.
bool TrainsTeacher(const Plan& plan, int index);

// The training stages, by their indices and in their order, whose students are what a variant with this seed is there
// for: no other one goes on from them. One, or one for each task. Those of the teacher only where there are no others.
std::vector<int> FinalStudents(const Plan& plan, const std::string& variant, uint64_t seed);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_FINAL_STUDENTS_H_
