#ifndef RETORT_FRAMEWORK_TRAIN_STEP_RECORD_H_
#define RETORT_FRAMEWORK_TRAIN_STEP_RECORD_H_

#include "framework/train/objective/objective.h"
#include "framework/train/observer.h"
#include "framework/train/student/checkpoint.h"
#include "framework/train/student/student_trainer.h"

namespace retort {

// What observers are told of a step, the newest that `progress` counts. tokens_per_second: of the cohort's data pass.
// Pure function.
StepRecord MakeStepRecord(const Objective& objective, const Progress& progress, const UpdateResult& update,
                          double tokens_per_second);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STEP_RECORD_H_
