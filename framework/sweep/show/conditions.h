#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_CONDITIONS_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_CONDITIONS_H_

#include <string>

#include "framework/sweep/plan/plan.h"

namespace retort {

// What all training of a plan has in common, and differences are therefore not known beyond: "this teacher
// (data/teachers/mini), corpus (data/corpora/wiki) and learning rate (0.0005)", and "order of data" where seeds share
// it. A stage that is taught by nothing, or by the student of another stage, has another teacher. Empty if there is
// nothing.
std::string CommonConditions(const Plan& plan);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_CONDITIONS_H_
