#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_ESTIMATE_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_ESTIMATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "framework/data/model_needs.h"
#include "framework/model/config/encoder_config.h"
#include "framework/sweep/plan/planned_stage.h"
#include "framework/sweep/student/memory.h"
#include "framework/train/objective/objective.h"

namespace retort {

// How many parameters a model of this shape has.
int64_t CountParameters(const EncoderConfig& config);

// Counts the steps, parameters and operations of a training stage's work, whose source is there, notes what it reads of
// its teacher, and estimates its memory.
//
// Args: planned: what the work is of; teacher: that of the stage; may be null unless the stage reads it. Errors:
// InvalidArgument for a budget that is none, or of more than kMostSteps steps.
absl::Status EstimateTraining(const PlannedStage& planned, const Objective& objective, const EncoderConfig* teacher,
                              TrainingWork* work);

// The memory of an evaluation that needs this of its models. `teacher`: that of the stage; may be null unless the stage
// reads it.
EvaluationMemory EstimateEvaluation(const PlannedStage& planned, const ModelNeeds& needs, const EncoderConfig* teacher);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_ESTIMATE_H_
