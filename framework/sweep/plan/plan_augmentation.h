#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_AUGMENTATION_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_AUGMENTATION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/augment/augmenter.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/training_data.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/planned_stage.h"

namespace retort {

// How the schema's message says that words are replaced. REQUIRES: defaults are filled.
AugmentationOptions OptionsOf(const Augmentation& augmentation);

// An augmentation stage, all but its key. Its result depends on no seed of the sweep and on no student.
//
// Errors: those of files; InvalidArgument, naming the field, for data without labelled texts, and for a model or a
// tokenizer that cannot predict words.
absl::StatusOr<PlannedStage> PlanAugmentation(const Stage& stage, Inputs* inputs);

// InvalidArgument unless the data of a stage that trains on what `augmentation` makes trains on the examples that this
// begins from: else it might train on what others hold out.
absl::Status CheckAugmentedData(const Stage& stage, const PlannedStage& augmentation, Inputs* inputs);

// The training split that a planned augmentation is going to make. REQUIRES: `augmentation` has its key.
AugmentedSplit ExpectedSplit(const PlannedStage& augmentation);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_AUGMENTATION_H_
