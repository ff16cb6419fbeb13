#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_CARRY_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_CARRY_H_

#include <string>

#include "framework/base/problems.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// Adds what is wrong with the names of a stage's `carry`: they are losses that the stage has, and that the stage has
// whose student it goes on with. `place` is the stage's, with ": " behind it. Whether such a loss has parameters is not
// known here.
void CheckCarry(const std::string& place, const Experiment& experiment, const Stage& stage, Problems* problems);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_VALIDATE_CHECK_CARRY_H_
