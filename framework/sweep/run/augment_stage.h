#ifndef RETORT_FRAMEWORK_SWEEP_RUN_AUGMENT_STAGE_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_AUGMENT_STAGE_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/data/step_source.h"
#include "framework/sweep/plan/planned_stage.h"
#include "framework/sweep/run/run_context.h"

namespace retort {

// Augments the examples of a planned augmentation, from where an earlier run was stopped, and stores them. Errors:
// Cancelled if stopped; those of files.
absl::Status AugmentStage(int index, const RunContext& context, RunProgress* progress);

// The steps that a training stage trains on: what its augmentation made, or the planned source. Errors: those of the
// store and of the data.
absl::StatusOr<std::shared_ptr<const StepSource>> TrainingSource(const PlannedStage& stage, const RunContext& context);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_AUGMENT_STAGE_H_
