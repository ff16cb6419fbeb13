#include "framework/sweep/plan_variant.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/sweep/architecture.h"
#include "framework/sweep/evaluation.h"
#include "framework/sweep/key.h"
#include "framework/sweep/plan_checks.h"
#include "framework/sweep/plan_estimate.h"
#include "framework/sweep/source_digest.h"
#include "framework/train/objective.h"

namespace retort {
namespace {

absl::Status Prefix(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, status.message()));
}

// A loss of weight 0 is as good as none: neither the training nor the key of its result knows it.
void DropDeadLosses(Stage* stage) {
  auto* losses = stage->mutable_loss();
  losses->erase(std::remove_if(losses->begin(), losses->end(), [](const Loss& loss) { return loss.weight() == 0; }),
                losses->end());
}

absl::StatusOr<c10::ScalarType> ResolvePrecision(Precision precision, c10::Device device) {
  switch (precision) {
    case FLOAT32:
      return at::kFloat;
    case BFLOAT16:
      return at::kBFloat16;
    default:
      return device.is_cuda() ? at::kBFloat16 : at::kFloat;
  }
}

// The stages of one variant with one seed, resolved one after the other.
class VariantPlanner {
 public:
  VariantPlanner(const ExpandedVariant& variant, uint64_t seed, uint64_t data_seed, const PlanOptions& options,
                 Inputs* inputs, Plan* plan)
      : variant_(variant),
        experiment_(variant.experiment),
        seed_(seed),
        data_seed_(data_seed),
        options_(options),
        inputs_(inputs),
        plan_(plan) {}

  absl::Status Run() {
    absl::StatusOr<PlannedStudent> student = PlanStudent(experiment_, inputs_);
    if (!student.ok()) return Prefix(absl::StrCat("variant \"", variant_.name, "\": "), student.status());
    config_ = std::move(student->config);
    vocabulary_ = student->vocabulary;
    teacher_ = student->teacher;
    WarnOfWhatIsLeftAside();
    for (const Stage& stage : experiment_.stage()) {
      if (absl::Status status = AddStage(stage); !status.ok()) {
        return Prefix(absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": "), status);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status AddStage(const Stage& stage) {
    PlannedStage planned;
    planned.stage = stage;
    planned.config = config_;
    planned.vocabulary = vocabulary_;
    planned.seed = seed_;
    planned.data_seed = data_seed_;
    RETORT_ASSIGN_OR_RETURN(planned.precision, ResolvePrecision(stage.precision(), options_.device));
    RETORT_RETURN_IF_ERROR(ResolveSources(stage, &planned));
    KeyBuilder key;
    AddCommonParts(planned, &key);
    RETORT_RETURN_IF_ERROR(planned.trains() ? PlanTraining(&planned, &key) : PlanEvaluation(&planned, &key));
    planned.key = key.Key();
    Merge(std::move(planned));
    return absl::OkStatus();
  }

  absl::StatusOr<int> FindStage(const std::string& reference, const char* field) const {
    const auto found = indices_.find(std::string(absl::StripPrefix(reference, "@")));
    if (found != indices_.end()) return found->second;
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": want a training stage before this one, got \"", reference, "\""));
  }

  absl::Status ResolveSources(const Stage& stage, PlannedStage* planned) {
    if (stage.has_from()) {
      RETORT_ASSIGN_OR_RETURN(planned->student, FindStage(stage.from(), "from"));
    } else {
      planned->init = experiment_.student().init();
      RETORT_ASSIGN_OR_RETURN(planned->init_files, InitFiles(*planned));
    }
    if (stage.has_teacher()) {
      RETORT_ASSIGN_OR_RETURN(planned->teacher, FindStage(stage.teacher(), "teacher"));
    }
    if (teacher_ != nullptr) planned->checkpoint = experiment_.teacher().checkpoint();
    planned->teacher_dropout = experiment_.teacher().dropout();
    return absl::OkStatus();
  }

  // Creates the initialisation, which finds its errors, and hashes the files it reads.
  absl::StatusOr<std::string> InitFiles(const PlannedStage& planned) const {
    const InitializerContext context{planned.config, teacher_ == nullptr ? nullptr : &teacher_->model.config};
    RETORT_ASSIGN_OR_RETURN(const auto initializer,
                            InitializerRegistry::Global().Create(planned.init.plugin(), context));
    std::string hashes;
    for (const std::string& path : initializer->files()) {
      RETORT_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
      absl::StrAppend(&hashes, HashText(contents), " ");
    }
    return hashes;
  }

  // The encoder that teaches; null if there is none.
  const EncoderConfig* TeacherConfig(const PlannedStage& planned) const {
    if (planned.teacher >= 0) return &plan_->stages[planned.teacher].config;
    return planned.checkpoint.empty() ? nullptr : &teacher_->model.config;
  }

  std::string TeacherKey(const PlannedStage& planned) const {
    if (planned.teacher >= 0) return plan_->stages[planned.teacher].key;
    return planned.checkpoint.empty() ? "none" : teacher_->content_hash;
  }

  const char* DeviceName() const { return options_.device.is_cuda() ? "cuda" : "cpu"; }

  void AddCommonParts(const PlannedStage& planned, KeyBuilder* key) const {
    key->Add("code", kSourceDigest);
    key->Add("device", DeviceName());
    key->Add("vocabulary", vocabulary_->tokenizer->Fingerprint());
    if (planned.student >= 0) {
      key->Add("student", plan_->stages[planned.student].key);
      return;
    }
    key->Add("init", DeterministicBytes(planned.init));
    key->Add("init files", planned.init_files);
    key->Add("init plugins", PluginDigests(planned.init));
    key->Add("init teacher", teacher_ == nullptr ? "none" : teacher_->content_hash);
    key->Add("init seed", planned.seed);
    key->Add("architecture", EncoderConfigText(planned.config));
  }

  absl::Status PlanTraining(PlannedStage* planned, KeyBuilder* key) {
    const EncoderConfig* teacher = TeacherConfig(*planned);
    const LmKind kind = TrainingSequences(planned->stage.data()).kind;
    RETORT_RETURN_IF_ERROR(CheckDirection(config_, "data", kind));
    LossContext context{planned->config, teacher};
    std::vector<std::string> warnings;
    context.warnings = &warnings;
    RETORT_ASSIGN_OR_RETURN(const Objective objective, Objective::Create(planned->stage.loss(), context));
    DropDeadLosses(&planned->stage);
    for (const std::string& warning : warnings) Warn(planned->stage, warning);
    planned->reads_teacher = !objective.teacher().empty();
    if (planned->reads_teacher) {
      RETORT_RETURN_IF_ERROR(CheckTeacher(*planned, objective.teacher().Reads(HeadKind::kVocabulary)));
    }
    if (objective.student().Reads(HeadKind::kVocabulary)) RETORT_RETURN_IF_ERROR(CheckHead(config_, "loss"));
    RETORT_RETURN_IF_ERROR(CheckTrainer(config_, planned->stage));
    RETORT_RETURN_IF_ERROR(CheckLength(config_, teacher, "data", TrainingSequences(planned->stage.data()).length));
    RETORT_ASSIGN_OR_RETURN(planned->source, inputs_->Source(planned->stage, *vocabulary_, data_seed_));
    RETORT_RETURN_IF_ERROR(EstimateTraining(objective, teacher, planned));
    AddTrainingParts(*planned, key);
    if (!planned->stage.has_evaluate()) return absl::OkStatus();
    RETORT_RETURN_IF_ERROR(CheckHead(config_, "evaluate"));
    return AddEvaluationParts(planned->stage, *vocabulary_, inputs_, key);
  }

  absl::Status PlanEvaluation(PlannedStage* planned, KeyBuilder* key) {
    const bool reads_logits = EvaluationReadsLogits(planned->stage);
    if (reads_logits) {
      RETORT_RETURN_IF_ERROR(CheckDirection(config_, "evaluation", EvaluationKind(planned->stage)));
      RETORT_RETURN_IF_ERROR(CheckHead(config_, "evaluation"));
    }
    RETORT_RETURN_IF_ERROR(
        CheckLength(config_, TeacherConfig(*planned), "evaluation", EvaluationLength(planned->stage)));
    if (TeacherConfig(*planned) != nullptr) {
      const absl::Status fits = CheckTeacher(*planned, reads_logits);
      planned->reads_teacher = fits.ok();
      if (!fits.ok()) Warn(planned->stage, absl::StrCat("the teacher is not evaluated: ", fits.message()));
    }
    key->Add("kind", "evaluation");
    key->Add("teacher", planned->reads_teacher && reads_logits ? TeacherKey(*planned) : "none");
    KeyBuilder teacher_key;
    teacher_key.Add("code", kSourceDigest);
    teacher_key.Add("device", DeviceName());
    teacher_key.Add("teacher", TeacherKey(*planned));
    for (KeyBuilder* parts : {key, &teacher_key}) {
      RETORT_RETURN_IF_ERROR(AddEvaluationParts(planned->stage, *vocabulary_, inputs_, parts));
    }
    if (planned->reads_teacher) planned->teacher_scores_key = teacher_key.Key();
    return absl::OkStatus();
  }

  // The student of an earlier stage fits by construction.
  absl::Status CheckTeacher(const PlannedStage& planned, bool reads_logits) const {
    if (planned.teacher >= 0) return absl::OkStatus();
    return CheckCheckpoint(experiment_, *teacher_, config_, *vocabulary_, reads_logits, inputs_);
  }

  void Warn(const Stage& stage, const std::string& warning) const {
    AddWarning(absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": ", warning));
  }

  void AddWarning(const std::string& line) const {
    auto& warnings = plan_->warnings;
    if (std::find(warnings.begin(), warnings.end(), line) == warnings.end()) warnings.push_back(line);
  }

  void WarnOfWhatIsLeftAside() const {
    if (teacher_ == nullptr || teacher_->model.left_aside.empty()) return;
    AddWarning(absl::StrCat("teacher.checkpoint: ", experiment_.teacher().checkpoint(), ": left aside ",
                            absl::StrJoin(teacher_->model.left_aside, ", "),
                            ", which belong to no head that is known"));
  }

  // What the stage's own text decides, without what is only a name or a place.
  static std::string CanonicalBytes(Stage stage) {
    stage.clear_name();
    stage.clear_from();
    stage.clear_teacher();
    stage.clear_checkpoint_steps();
    stage.clear_budget();
    stage.clear_precision();
    Data* data = stage.mutable_data();
    if (data->has_masked_lm()) data->mutable_masked_lm()->clear_corpus();
    if (data->has_causal_lm()) data->mutable_causal_lm()->clear_corpus();
    return DeterministicBytes(stage);
  }

  void AddTrainingParts(PlannedStage& planned, KeyBuilder* key) const {
    KeyBuilder shared;  // What a cohort has in common and its results depend on.
    shared.Add("train data", planned.source->content_hash());
    Stage common;
    *common.mutable_batch() = planned.stage.batch();
    *common.mutable_data() = planned.stage.data();
    *common.mutable_evaluate() = planned.stage.evaluate();
    common.set_row_chunk(planned.stage.row_chunk());
    shared.Add("stage", CanonicalBytes(common));
    shared.Add("vocabulary", planned.vocabulary->tokenizer->Fingerprint());
    shared.Add("precision", c10::toString(planned.precision));
    shared.Add("steps", planned.total_steps);
    shared.Add("data seed", planned.data_seed);
    const std::string shared_key = shared.Key();
    KeyBuilder cohort;
    cohort.Add("shared", shared_key);
    cohort.Add("checkpoint steps", planned.stage.checkpoint_steps());
    planned.cohort = cohort.Key();

    key->Add("kind", "training");
    key->Add("shared", shared_key);
    key->Add("stage", CanonicalBytes(planned.stage));
    key->Add("plugins", PluginDigests(planned.stage));
    key->Add("seed", planned.seed);
    if (!planned.reads_teacher) return;
    key->Add("teacher", TeacherKey(planned));
    key->Add("teacher dropout", planned.teacher_dropout);
  }

  void Merge(PlannedStage planned) {
    const StageId id{variant_.name, seed_, planned.stage.name()};
    auto same = std::find_if(plan_->stages.begin(), plan_->stages.end(),
                             [&](const PlannedStage& other) { return other.key == planned.key; });
    if (same == plan_->stages.end()) {
      plan_->stages.push_back(std::move(planned));
      same = plan_->stages.end() - 1;
    }
    same->used_by.push_back(id);
    indices_[id.stage] = static_cast<int>(same - plan_->stages.begin());
  }

  const ExpandedVariant& variant_;
  const Experiment& experiment_;
  const uint64_t seed_;
  const uint64_t data_seed_;
  const PlanOptions& options_;
  Inputs* inputs_;
  Plan* plan_;
  const ModelInput* teacher_ = nullptr;
  const VocabularyInput* vocabulary_ = nullptr;
  EncoderConfig config_;
  std::map<std::string, int> indices_;  // By stage name.
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

absl::Status PlanVariant(const ExpandedVariant& variant, uint64_t seed, uint64_t data_seed, const PlanOptions& options,
                         Inputs* inputs, Plan* plan) {
  return VariantPlanner(variant, seed, data_seed, options, inputs, plan).Run();
}

}  // namespace retort
