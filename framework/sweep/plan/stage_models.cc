#include "framework/sweep/plan/stage_models.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/config/stage_references.h"
#include "framework/data/training_data.h"
#include "framework/model/class_order/class_order.h"
#include "framework/sweep/student/architecture.h"
#include "framework/sweep/student/task_head.h"

namespace retort {
namespace {

class ModelResolver {
 public:
  ModelResolver(const Experiment& experiment, const std::string& task, const PlannedStudent& student, Inputs* inputs)
      : experiment_(experiment), task_(task), student_(student), inputs_(inputs) {}

  absl::StatusOr<StageModels> Resolve(const Stage& stage) const {
    StageModels models;
    RETORT_ASSIGN_OR_RETURN(models.classes, Classes(stage));
    RETORT_ASSIGN_OR_RETURN(models.student, StudentOf(stage));
    RETORT_ASSIGN_OR_RETURN(models.teacher, ModelNamed(stage.teacher()));
    RETORT_ASSIGN_OR_RETURN(models.init_teacher, ModelNamed(experiment_.student().init().teacher()));
    for (std::optional<EncoderConfig>* teacher : {&models.teacher, &models.init_teacher}) {
      if (*teacher) Fit(models.classes, &**teacher);
    }
    return models;
  }

 private:
  absl::StatusOr<std::vector<std::string>> Classes(const Stage& stage) const {
    return stage.has_evaluation() ? inputs_->Classes(stage.evaluation()) : inputs_->Classes(stage.data());
  }

  absl::StatusOr<EncoderConfig> StudentOf(const Stage& stage) const {
    RETORT_ASSIGN_OR_RETURN(EncoderConfig config, Origin(stage));
    RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> classes, Classes(stage));
    if (stage.has_evaluation()) {
      Fit(classes, &config);
      return config;
    }
    RETORT_ASSIGN_OR_RETURN(const auto data, TrainingDataRegistry::Global().Create(stage.data().plugin(), {}));
    const std::set<HeadKind> heads = data->needs().heads;
    if (heads.empty()) return config;
    return WithTaskHeads(std::move(config), heads, classes);
  }

  // What the stage's student is before it.
  absl::StatusOr<EncoderConfig> Origin(const Stage& stage) const {
    if (const Stage* before = FindStage(stage.from()); before != nullptr) return StudentOf(*before);
    if (stage.from() == kFromTeacher) return student_.teacher->model.config;
    return student_.config;
  }

  // The student of the stage that a reference names; without one, the experiment's teacher.
  absl::StatusOr<std::optional<EncoderConfig>> ModelNamed(absl::string_view reference) const {
    if (const Stage* stage = FindStage(reference); stage != nullptr) return StudentOf(*stage);
    if (student_.teacher == nullptr) return std::optional<EncoderConfig>();
    return student_.teacher->model.config;
  }

  const Stage* FindStage(absl::string_view reference) const { return FindReferenced(experiment_, reference, task_); }

  // Where the classes are others, losses that read them say so.
  static void Fit(const std::vector<std::string>& classes, EncoderConfig* config) {
    if (!classes.empty()) OrderClasses(classes, "", config, nullptr).IgnoreError();
  }

  const Experiment& experiment_;
  const std::string task_;
  const PlannedStudent& student_;
  Inputs* inputs_;
};

}  // namespace

absl::StatusOr<PlannedStudent> PlanStudent(const Experiment& experiment, Inputs* inputs) {
  PlannedStudent student;
  if (experiment.has_teacher()) {
    RETORT_ASSIGN_OR_RETURN(student.teacher, inputs->Model(experiment.teacher().checkpoint()));
  }
  std::string path = experiment.student().vocabulary();
  if (path.empty() && student.teacher != nullptr) path = student.teacher->model.tokenizer_path;
  if (path.empty())
    return absl::InvalidArgumentError("student.vocabulary: want the folder or file of a tokenizer, got none");
  RETORT_ASSIGN_OR_RETURN(student.vocabulary, inputs->Vocabulary(path));
  const Tokenizer& tokenizer = *student.vocabulary->tokenizer;
  RETORT_ASSIGN_OR_RETURN(
      student.config,
      ResolveArchitecture(experiment.student().architecture(), tokenizer.vocabulary_size(), tokenizer.special_ids().pad,
                          student.teacher == nullptr ? nullptr : &student.teacher->model.config));
  return student;
}

absl::StatusOr<StageModels> ResolveStageModels(const Experiment& experiment, const Stage& stage,
                                               const PlannedStudent& student, Inputs* inputs) {
  return ModelResolver(experiment, stage.task(), student, inputs).Resolve(stage);
}

}  // namespace retort
