#ifndef RETORT_FRAMEWORK_SWEEP_RUN_MAKE_MODELS_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_MAKE_MODELS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "c10/core/ScalarType.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/sweep/run/run_context.h"
#include "framework/train/objective/objective.h"

// Students and teachers of planned stages as models in memory. All read what the store and the inputs have, and give
// their errors.

namespace retort {

// A model that is ready to run: its parameters have a device and a precision.
struct ReadyModel {
  std::unique_ptr<Encoder> encoder;
  ParameterSet parameters;
};

// The encoder with its parameters on the plan's device, and its classes, where they are the stage's, in the stage's
// order.
absl::StatusOr<ReadyModel> MakeReady(const PlannedStage& stage, EncoderConfig config, const ParameterSet& parameters,
                                     c10::ScalarType precision, const RunContext& context);

// The stage's teacher. REQUIRES: stage.reads_teacher.
absl::StatusOr<ReadyModel> MakeTeacher(const PlannedStage& stage, c10::ScalarType precision, const RunContext& context);

// The parameters of the student's encoder and heads before the stage, float32 on the host: those of the stage it goes
// on from, of the teacher, or what its initialisation gives. A head that the stage gives it is drawn at random.
absl::StatusOr<ParameterSet> InitialParameters(const PlannedStage& stage, const RunContext& context);

// The encoder's parameters with those of the loss terms behind them, which are drawn anew, but for losses that the
// stage carries on from the one before.
absl::StatusOr<ParameterSet> WithTermParameters(const PlannedStage& stage, const ParameterSet& encoder,
                                                const Objective& objective, const RunContext& context);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_MAKE_MODELS_H_
