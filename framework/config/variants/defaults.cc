#include "framework/config/variants/defaults.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/config/plugin_config.h"
#include "framework/config/stage_references.h"
#include "framework/model/family/family.h"
#include "framework/registry/config_rules.h"
#include "google/protobuf/repeated_field.h"

namespace retort {
namespace {

constexpr int kSequencesWhileTraining = 128;  // Of evaluations of a number of sequences.

// The sizes of BERT-base (Devlin et al. 2019, section 3), and what the family has instead of it.
void FillArchitecture(const StudentDefaults& family, Architecture* architecture) {
  RETORT_DEFAULT(architecture, layers, 12);
  RETORT_DEFAULT(architecture, hidden_size, 768);
  RETORT_DEFAULT(architecture, heads, 12);
  RETORT_DEFAULT(architecture, intermediate_size, 3072);
  RETORT_DEFAULT(architecture, max_positions, family.max_positions);
  RETORT_DEFAULT(architecture, token_types, family.token_types);
  RETORT_DEFAULT(architecture, pooler, family.pooler);
  RETORT_DEFAULT(architecture, language_model_head, true);
  RETORT_DEFAULT(architecture, hidden_dropout, 0.1);
  RETORT_DEFAULT(architecture, attention_dropout, 0.1);
  RETORT_DEFAULT(architecture, layer_norm_epsilon, family.layer_norm_epsilon);
  RETORT_DEFAULT(architecture, initializer_range, 0.02);
}

void FillStudent(Experiment* experiment) {
  Architecture* architecture = experiment->mutable_student()->mutable_architecture();
  if (!experiment->has_teacher()) RETORT_DEFAULT(architecture, family, EncoderConfig().family);
  const ModelFamily* family = FindFamily(architecture->family());
  const StudentDefaults defaults = family == nullptr ? StudentDefaults() : family->student;
  if (!defaults.token_types) RETORT_DEFAULT(architecture, token_types, false);
  if (!defaults.pooler) RETORT_DEFAULT(architecture, pooler, false);
  if (!experiment->has_teacher()) FillArchitecture(defaults, architecture);
}

template <typename Schedule>
void FillSchedule(Schedule* schedule) {
  RETORT_DEFAULT(schedule, warmup, 0);
  RETORT_DEFAULT(schedule, from_zero, false);
}

void FillOptimizer(Stage* stage) {
  if (stage->has_adamw()) {
    AdamW* adamw = stage->mutable_adamw();
    RETORT_DEFAULT(adamw, beta1, 0.9);
    RETORT_DEFAULT(adamw, beta2, 0.999);
    RETORT_DEFAULT(adamw, epsilon, 1e-8);
    RETORT_DEFAULT(adamw, weight_decay, 0);
    RETORT_DEFAULT(adamw, bias_correction, true);
  }
  if (stage->schedule_case() == Stage::SCHEDULE_NOT_SET) stage->mutable_constant();
  if (stage->has_constant()) FillSchedule(stage->mutable_constant());
  if (stage->has_linear()) FillSchedule(stage->mutable_linear());
  if (stage->has_cosine()) FillSchedule(stage->mutable_cosine());
  RETORT_DEFAULT(stage, clip_norm, 0);
  RETORT_DEFAULT(stage, clip_tensor_norm, 0);
}

// `carry: ""`, by which an overlay carries nothing.
void DropEmptyNames(google::protobuf::RepeatedPtrField<std::string>* names) {
  names->erase(std::remove(names->begin(), names->end(), ""), names->end());
}

void FillTraining(const PluginCatalogue& catalogue, Stage* stage) {
  if (stage->data().has_plugin()) {
    FillPluginDefaults(PluginKind::kData, /*data=*/nullptr, catalogue, stage->mutable_data()->mutable_plugin());
  }
  RETORT_DEFAULT(stage->mutable_batch(), micro_batches, 1);
  RETORT_DEFAULT(stage->mutable_batch(), group_by_length, true);
  for (Loss& loss : *stage->mutable_loss()) RETORT_DEFAULT(&loss, weight, 1);
  FillOptimizer(stage);
  RETORT_DEFAULT(stage, normalization, PER_STEP);
  if (stage->has_evaluate()) FillPeriodicEvaluation(catalogue, stage);
  if (stage->keep().choice_case() == Keep::CHOICE_NOT_SET) stage->mutable_keep()->mutable_last();
  RETORT_DEFAULT(stage, checkpoint_steps, 100);
  DropEmptyNames(stage->mutable_carry());
}

// The stage called `from` ("@name") among the first `before` stages, or null.
const Stage* TrainingStage(const Experiment& experiment, absl::string_view from, int before) {
  for (int i = 0; i < before; ++i) {
    if (experiment.stage(i).name() == absl::StripPrefix(from, "@")) return &experiment.stage(i);
  }
  return nullptr;
}

// What the stages go on from that say nothing: of the training stages so far, the last of the same task that trains the
// student, else the last shared one; evaluations else the last that trains the teacher.
class LastTrained {
 public:
  void FillFrom(Stage* stage) const {
    std::string before = Last(students_, stage->task());
    if (before.empty() && stage->has_evaluation()) before = Last(teachers_, stage->task());
    if (!before.empty()) RETORT_DEFAULT(stage, from, absl::StrCat("@", before));
  }

  void Add(const Stage& stage) {
    const bool is_teacher = stage.from() == kFromTeacher || of_teacher_.count(stage.from()) > 0;
    if (is_teacher) of_teacher_.insert(absl::StrCat("@", stage.name()));
    (is_teacher ? teachers_ : students_)[stage.task()] = stage.name();
  }

 private:
  using LastByTask = std::map<std::string, std::string>;  // "": of the shared stages.

  static std::string Last(const LastByTask& trained, const std::string& task) {
    const auto of_task = trained.find(task), shared = trained.find("");
    if (of_task != trained.end()) return of_task->second;
    return shared == trained.end() ? "" : shared->second;
  }

  LastByTask students_, teachers_;
  std::set<std::string> of_teacher_;  // "@name" of all stages that train the teacher.
};

// The paper's p_t, N_a and K (Jiao et al. 2020, section 4.2).
void FillAugmentation(const Experiment& experiment, const PluginCatalogue& catalogue, Stage* stage) {
  if (stage->data().has_plugin()) {
    FillPluginDefaults(PluginKind::kData, /*data=*/nullptr, catalogue, stage->mutable_data()->mutable_plugin());
  }
  Augmentation* augmentation = stage->mutable_augmentation();
  if (experiment.has_teacher()) RETORT_DEFAULT(augmentation, model, experiment.teacher().checkpoint());
  RETORT_DEFAULT(augmentation, copies, 20);
  RETORT_DEFAULT(augmentation, candidates, 15);
  RETORT_DEFAULT(augmentation, probability, 0.4);
  RETORT_DEFAULT(augmentation, seed, 1);
  RETORT_DEFAULT(augmentation, distinct, false);
  RETORT_DEFAULT(augmentation, words, 100000);
}

void FillEvaluation(const Experiment& experiment, int index, const PluginCatalogue& catalogue, Stage* stage) {
  const Stage* evaluated = TrainingStage(experiment, stage->from(), index);
  if (evaluated != nullptr && evaluated->has_teacher()) RETORT_DEFAULT(stage, teacher, evaluated->teacher());
  if (!stage->evaluation().has_plugin()) return;
  FillPluginDefaults(PluginKind::kEvaluation, evaluated == nullptr ? nullptr : &evaluated->data(), catalogue,
                     stage->mutable_evaluation()->mutable_plugin());
}

}  // namespace

void FillPeriodicEvaluation(const PluginCatalogue& catalogue, Stage* stage) {
  RETORT_DEFAULT(stage->mutable_evaluate(), split, "select");
  if (EvaluatesSome(EvaluationWhileTraining(*stage, catalogue))) {
    RETORT_DEFAULT(stage->mutable_evaluate(), sequences, kSequencesWhileTraining);
  }
}

void FillDefaults(Experiment* experiment, const PluginCatalogue& catalogue) {
  if (experiment->has_teacher() && !experiment->teacher().has_dropout())
    experiment->mutable_teacher()->set_dropout(false);
  FillStudent(experiment);
  LastTrained trained;
  for (int i = 0; i < experiment->stage_size(); ++i) {
    Stage* stage = experiment->mutable_stage(i);
    if (stage->has_augmentation()) {
      FillAugmentation(*experiment, catalogue, stage);
      continue;
    }
    trained.FillFrom(stage);
    RETORT_DEFAULT(stage, precision, AUTO);
    RETORT_DEFAULT(stage, row_chunk, 512);
    if (stage->has_evaluation()) {
      FillEvaluation(*experiment, i, catalogue, stage);
    } else {
      FillTraining(catalogue, stage);
      trained.Add(*stage);
    }
  }
}

}  // namespace retort
