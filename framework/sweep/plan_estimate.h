#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_ESTIMATE_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_ESTIMATE_H_

#include "absl/status/status.h"
#include "framework/model/encoder_config.h"
#include "framework/sweep/plan.h"
#include "framework/train/objective.h"

namespace retort {

// Counts the steps, parameters and operations of a training stage whose `source` is there, and estimates its memory.
//
// Args: teacher: that of the stage; may be null unless the stage reads it. Errors: InvalidArgument for a budget that is
// none.
absl::Status EstimateTraining(const Objective& objective, const EncoderConfig* teacher, PlannedStage* planned);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_ESTIMATE_H_
