#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_CARRIED_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_CARRIED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/parameter_set.h"

namespace retort {

// Of the parameters of a stage's losses, called loss.<term>.<name>, those of the losses that `carry` names.
std::vector<ParameterSpec> CarriedParameters(const Stage& stage, const std::vector<ParameterSpec>& parameters);

// Whether the losses that `carry` names can go on from those of the stage before: InvalidArgument naming the loss if it
// has no parameters of its own, or if the stage before has not the same of the same shapes.
//
// Args: parameters, before: of the losses of this stage, and of the one of `from`.
absl::Status CheckCarried(const Stage& stage, const std::vector<ParameterSpec>& parameters,
                          const std::vector<ParameterSpec>& before);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_CARRIED_H_
