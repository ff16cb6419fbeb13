#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_MODELS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_MODELS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/config/encoder_config.h"
#include "framework/sweep/inputs/inputs.h"

namespace retort {

// The student of an experiment, and what it is made beside.
struct PlannedStudent {
  EncoderConfig config;  // As its initialisation makes it: what stages train may give it another head.
  const VocabularyInput* vocabulary = nullptr;
  const ModelInput* teacher = nullptr;  // Null: there is none.
};

// Reads teacher and vocabulary. Errors: those of the files; InvalidArgument for a student without a vocabulary or that
// cannot be built.
absl::StatusOr<PlannedStudent> PlanStudent(const Experiment& experiment, Inputs* inputs);

// The models that a stage has to do with. What labels the data have decides the student's heads: it keeps those that
// it has for such labels, else it gets its family's in place of those it has.
struct StageModels {
  EncoderConfig student;
  std::optional<EncoderConfig> teacher;  // Of the stage; none: there is none.
  // Of which student.init copies; none: there is no teacher. Not looked at where the student is another stage's.
  std::optional<EncoderConfig> init_teacher;
  std::vector<std::string> classes;  // Of the data or the evaluation, in the order of the labels; none: it has none.
};

// Resolves the models of a stage of the experiment, which has its defaults and whose references were checked. Reads the
// files of the data that name classes. Errors: those of files; InvalidArgument for a student whose family has no such
// head.
absl::StatusOr<StageModels> ResolveStageModels(const Experiment& experiment, const Stage& stage,
                                               const PlannedStudent& student, Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_STAGE_MODELS_H_
