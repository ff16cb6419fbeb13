#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLANNED_STAGE_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLANNED_STAGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "c10/core/ScalarType.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/step_source.h"
#include "framework/eval/evaluator.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/student/memory.h"
#include "framework/train/observer.h"

namespace retort {

// An evaluation that is ready to run.
struct PlannedEvaluation {
  Evaluation choice;  // Defaults filled.
  std::shared_ptr<const Evaluator> evaluator;
  std::shared_ptr<const HeldOutExamples> examples;
};

// What a training stage reads of its teacher.
struct TeacherReading {
  Capture demands;       // Of all its losses.
  EncoderConfig config;  // The teacher's.
  StepShape mean_step;
  std::string key;  // TeacherOutputsKey
};

// What a training stage does.
struct TrainingWork {
  std::string data_description;  // "corpus (data/corpora/wiki)"
  std::shared_ptr<const StepSource> source;
  int64_t total_steps = 0;
  int64_t parameters = 0;
  std::vector<ParameterSpec> loss_parameters;  // Of its losses, called loss.<term>.<name>.
  double student_flops = 0;                    // Estimates of the whole stage.
  double teacher_flops = 0;
  TrainingMemory memory;    // Estimate, for the step of most positions.
  TeacherReading teaching;  // Set if the stage reads a teacher.
  std::string cohort;       // Equal for stages that can share a data pass (framework/sweep/plan/cohorts.h).
  std::optional<PlannedEvaluation> evaluation;  // While it trains.
};

// What an evaluation stage does.
struct EvaluationWork {
  PlannedEvaluation evaluation;
  std::string teacher;             // TeacherIdentity; empty: no teacher.
  std::string teacher_scores_key;  // Address of the teacher's own scores; empty: no teacher.
  EvaluationMemory memory;         // Estimate.
};

// What an augmentation stage does.
struct AugmentationWork {
  std::string data_description;                  // "table (data/tasks/rt_polarity/train.tsv)"
  std::shared_ptr<const TaskExamples> examples;  // That it begins from.
  uint64_t examples_hash = 0;                    // HashExamples
  std::string model_hash, vectors_hash;          // Of the files' contents; no vectors: empty.
  double flops = 0;                              // Estimates.
  EvaluationMemory memory;
};

// One result to compute: a stage of one or more variants and seeds that resolve to the same thing.
struct PlannedStage {
  std::string key;  // Content address of the result.
  Stage stage;      // Defaults filled.
  std::vector<StageId> used_by;

  EncoderConfig config;              // Of the student, with the head that the stage gives it.
  std::vector<std::string> classes;  // That the stage's labels tell, in their order: models are read with them so.
  const VocabularyInput* vocabulary = nullptr;
  int student = -1;           // The planned stage whose student it goes on with; -1: the teacher, or `init`.
  bool from_teacher = false;  // The experiment's teacher is what is trained. Read, as all of `init`, if student is -1.
  Init init;
  std::string init_files;  // Hashes of the files that it reads.
  int init_teacher = -1;   // The planned stage that it copies from; -1: `checkpoint`.
  int teacher = -1;        // The planned stage whose student teaches; -1: `checkpoint`.
  int augmented = -1;      // The planned stage whose sentences are trained on; -1: the data's own.
  std::string checkpoint;  // Folder of the experiment's teacher; empty: none.
  bool teacher_dropout = false;
  bool reads_teacher = false;      // While training or evaluating, not only while initialising.
  int64_t teacher_parameters = 0;  // Of the teacher that it reads; 0: it reads none.

  uint64_t seed = 0;       // Of initial weights and dropout.
  uint64_t data_seed = 0;  // Of order and masks.
  c10::ScalarType precision = at::kFloat;

  // One alternative per kind of stage; each has its executor in framework/sweep/run.
  std::variant<TrainingWork, EvaluationWork, AugmentationWork> work;

  bool trains() const { return std::holds_alternative<TrainingWork>(work); }
  bool evaluates() const { return std::holds_alternative<EvaluationWork>(work); }
  bool augments() const { return std::holds_alternative<AugmentationWork>(work); }
  // REQUIRES: the stage is of this kind.
  const TrainingWork& training() const { return std::get<TrainingWork>(work); }
  const EvaluationWork& evaluation() const { return std::get<EvaluationWork>(work); }
  const AugmentationWork& augmentation() const { return std::get<AugmentationWork>(work); }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLANNED_STAGE_H_
