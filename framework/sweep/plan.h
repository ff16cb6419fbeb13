#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/config/expand.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/step_source.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/metric_spec.h"
#include "framework/model/encoder_config.h"
#include "framework/sweep/inputs.h"
#include "framework/sweep/memory.h"
#include "framework/train/observer.h"

namespace retort {

// One result to compute: a stage of one or more variants and seeds that resolve to the same thing.
struct PlannedStage {
  std::string key;  // Content address of the result.
  Stage stage;      // Defaults filled.
  std::vector<StageId> used_by;

  EncoderConfig config;  // Of the student.
  const VocabularyInput* vocabulary = nullptr;
  int student = -1;        // The planned stage whose student it goes on with; -1: `init`.
  Init init;               // Read if student is -1.
  std::string init_files;  // Hashes of the files that it reads.
  int teacher = -1;        // The planned stage whose student teaches; -1: `checkpoint`.
  std::string checkpoint;  // Folder of the experiment's teacher; empty: none.
  bool teacher_dropout = false;
  bool reads_teacher = false;  // While training or evaluating, not only while initialising.

  uint64_t seed = 0;       // Of initial weights and dropout.
  uint64_t data_seed = 0;  // Of order and masks.
  c10::ScalarType precision = at::kFloat;

  std::string teacher_scores_key;  // Of evaluation stages: address of the teacher's own scores; empty: no teacher.

  // Of evaluation stages, and of training stages that are evaluated while they train.
  Evaluation evaluation;  // Defaults filled.
  std::shared_ptr<const Evaluator> evaluator;
  std::shared_ptr<const HeldOutExamples> examples;

  // Of training stages.
  std::string data_description;  // "corpus (data/corpora/wiki)"
  std::shared_ptr<const StepSource> source;
  int64_t total_steps = 0;
  int64_t parameters = 0;
  double student_flops = 0;  // Estimates of the whole stage.
  double teacher_flops = 0;
  TrainingMemory memory;  // Estimate, for the step of most positions.
  std::string cohort;     // Equal for training stages that can share a data pass (framework/sweep/cohorts.h).

  bool trains() const { return stage.loss_size() > 0; }
};

// Everything a sweep is going to compute, in an order in which each stage comes after those it reads.
struct Plan {
  ExpandedSweep sweep;  // With the controls among the variants.
  std::vector<PlannedStage> stages;
  std::vector<std::string> warnings;
  c10::Device device = c10::Device(at::kCPU);

  // What its evaluations measure, in the order of the report's columns.
  MetricSpecs metrics() const;

  // The planned stage of a variant, seed and stage name; -1: there is none.
  int Find(const std::string& variant, uint64_t seed, const std::string& stage) const;
};

// Stages of a plan, by index.
using StageIndices = std::set<int>;

// What became of planned stages; by index.
using StageStatuses = std::map<int, absl::Status>;

struct PlanOptions {
  c10::Device device = c10::Device(at::kCPU);
  std::set<std::string> only;  // Variants; empty: all.
};

// Resolves a sweep into stages with keys: makes the controls, creates every plugin once (which finds mismatches of
// shapes, mappings and options), reads teachers, vocabularies and corpora, counts steps, and merges what is the same.
//
// Errors: InvalidArgument, NotFound or what files give, with `variant "<name>": stage "<name>": ` in front.
absl::StatusOr<Plan> MakePlan(const ExpandedSweep& sweep, const PlanOptions& options, Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_H_
