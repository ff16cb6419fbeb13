#include "framework/sweep/plan/plan_variant.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/stage_references.h"
#include "framework/data/training_data.h"
#include "framework/eval/evaluator.h"
#include "framework/init/initializer.h"
#include "framework/model/class_order/class_order.h"
#include "framework/model/encoder.h"
#include "framework/sweep/key/key.h"
#include "framework/sweep/plan/carried.h"
#include "framework/sweep/plan/plan_augmentation.h"
#include "framework/sweep/plan/plan_checks.h"
#include "framework/sweep/plan/plan_estimate.h"
#include "framework/sweep/plan/stage_key.h"
#include "framework/sweep/plan/stage_models.h"
#include "framework/sweep/plan/teacher_notes.h"
#include "framework/train/objective/objective.h"

namespace retort {
namespace {

constexpr char kDistinctEpochs[] =
    "stages that train for epochs on augmented texts with `distinct` count copies + 1 examples of each text (of pairs "
    "2 · copies + 1); the file may have fewer, so that such an epoch goes over it more than once: a budget of steps is "
    "exact";

absl::Status Prefix(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, status.message()));
}

// A loss that is not computed carries nothing either.
void DropDeadLosses(Stage* stage) {
  auto* losses = stage->mutable_loss();
  auto* carry = stage->mutable_carry();
  for (const Loss& loss : *losses) {
    if (!IsComputed(loss)) carry->erase(std::remove(carry->begin(), carry->end(), loss.name()), carry->end());
  }
  losses->erase(std::remove_if(losses->begin(), losses->end(), [](const Loss& loss) { return !IsComputed(loss); }),
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
    student_ = *std::move(student);
    vocabulary_ = student_.vocabulary;
    teacher_ = student_.teacher;
    NoteTeacher();
    for (const Stage& stage : experiment_.stage()) {
      if (absl::Status status = AddStage(stage); !status.ok()) {
        return Prefix(absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": "), status);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status AddStage(const Stage& stage) {
    if (stage.has_augmentation()) return AddAugmentation(stage);
    RETORT_ASSIGN_OR_RETURN(const StageModels models, ResolveStageModels(experiment_, stage, student_, inputs_));
    PlannedStage planned;
    planned.stage = stage;
    planned.config = models.student;
    planned.classes = models.classes;
    planned.vocabulary = vocabulary_;
    planned.seed = stage.has_seed() ? stage.seed() : seed_;
    planned.data_seed = stage.has_seed() ? stage.seed() : data_seed_;
    RETORT_ASSIGN_OR_RETURN(planned.precision, ResolvePrecision(stage.precision(), options_.device));
    RETORT_RETURN_IF_ERROR(ResolveSources(stage, models, &planned));
    const EncoderConfig* teacher = models.teacher ? &*models.teacher : nullptr;
    RETORT_RETURN_IF_ERROR(stage.has_evaluation() ? PlanEvaluation(teacher, &planned)
                                                  : PlanTraining(teacher, &planned));
    if (planned.reads_teacher) planned.teacher_parameters = CountParameters(*teacher);
    planned.key = StageKey(planned, Sources());
    Merge(std::move(planned));
    return absl::OkStatus();
  }

  absl::Status AddAugmentation(const Stage& stage) {
    RETORT_ASSIGN_OR_RETURN(PlannedStage planned, PlanAugmentation(stage, inputs_));
    planned.key = StageKey(planned, Sources());
    Merge(std::move(planned));
    return absl::OkStatus();
  }

  absl::StatusOr<int> FindStage(const std::string& reference, const char* field) const {
    const auto found = indices_.find(std::string(absl::StripPrefix(reference, "@")));
    if (found != indices_.end()) return found->second;
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": want a training stage before this one, got \"", reference, "\""));
  }

  absl::Status ResolveSources(const Stage& stage, const StageModels& models, PlannedStage* planned) {
    if (stage.from() == kFromTeacher) {
      planned->from_teacher = true;
      RETORT_RETURN_IF_ERROR(CheckCheckpoint(experiment_, *teacher_, planned->config, *vocabulary_,
                                             /*reads_logits=*/false, inputs_));
    } else if (stage.has_from() && stage.from() != kFromInit) {
      RETORT_ASSIGN_OR_RETURN(planned->student, FindStage(stage.from(), "from"));
    } else {
      RETORT_RETURN_IF_ERROR(ResolveInit(models, planned));
    }
    if (stage.has_teacher()) {
      RETORT_ASSIGN_OR_RETURN(planned->teacher, FindStage(stage.teacher(), "teacher"));
    }
    if (teacher_ != nullptr) planned->checkpoint = experiment_.teacher().checkpoint();
    planned->teacher_dropout = experiment_.teacher().dropout();
    return absl::OkStatus();
  }

  absl::Status ResolveInit(const StageModels& models, PlannedStage* planned) {
    planned->init = experiment_.student().init();
    if (planned->init.has_teacher()) {
      const Stage* trained = FindReferenced(experiment_, planned->init.teacher(), planned->stage.task());
      const std::string reference = trained == nullptr ? planned->init.teacher() : "@" + trained->name();
      RETORT_ASSIGN_OR_RETURN(planned->init_teacher, FindStage(reference, "student.init.teacher"));
    }
    RETORT_ASSIGN_OR_RETURN(planned->init_files, InitFiles(*planned, models.init_teacher));
    return absl::OkStatus();
  }

  // Creates the initialisation, which finds its errors, and hashes the files it reads.
  absl::StatusOr<std::string> InitFiles(const PlannedStage& planned, std::optional<EncoderConfig> teacher) {
    if (teacher) FitClasses(planned.config, &*teacher, nullptr);
    const InitializerContext context{planned.config, teacher ? &*teacher : nullptr};
    RETORT_ASSIGN_OR_RETURN(const auto initializer,
                            InitializerRegistry::Global().Create(planned.init.plugin(), context));
    std::string hashes;
    for (const std::string& path : initializer->files()) {
      RETORT_ASSIGN_OR_RETURN(const std::string content, inputs_->FileContent(path));
      absl::string_view folder = path;
      if (absl::ConsumeSuffix(&folder, "/config.json")) folders_.emplace(folder);
      absl::StrAppend(&hashes, content, " ");
    }
    return hashes;
  }

  absl::Status PlanTraining(const EncoderConfig* teacher, PlannedStage* planned) {
    const Data& data = planned->stage.data();
    RETORT_ASSIGN_OR_RETURN(const auto plugin, TrainingDataRegistry::Global().Create(data.plugin(), {}));
    RETORT_RETURN_IF_ERROR(
        CheckNeeds(plugin->needs(), Field("data", PluginKind::kData, data.plugin()), planned->config, teacher));
    RETORT_ASSIGN_OR_RETURN(const Objective objective, PlanObjective(teacher, planned));
    TrainingWork work;
    work.loss_parameters = objective.parameters();
    if (planned->stage.has_evaluate()) {
      const Evaluation choice = EvaluationWhileTraining(planned->stage, PluginCatalogue::Global());
      RETORT_ASSIGN_OR_RETURN(work.evaluation,
                              MakeEvaluation("evaluate", choice, planned->config, /*teacher=*/nullptr));
    }
    if (planned->stage.keep().has_best()) {
      RETORT_RETURN_IF_ERROR(CheckKeptMetric(planned->stage, work.evaluation->evaluator->metrics()));
    }
    work.data_description = plugin->Description();
    RETORT_ASSIGN_OR_RETURN(work.source, OpenSource(planned));
    for (const std::string& note : work.source->notes()) AddNote(note);
    RETORT_RETURN_IF_ERROR(EstimateTraining(*planned, objective, teacher, &work));
    if (work.evaluation) RETORT_RETURN_IF_ERROR(OpenExamples("evaluate", &*work.evaluation));
    planned->work = std::move(work);
    auto& planned_work = std::get<TrainingWork>(planned->work);
    planned_work.cohort = CohortKey(*planned);
    if (planned->reads_teacher) planned_work.teaching.key = TeacherOutputsKey(*planned, Sources());
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<const StepSource>> OpenSource(PlannedStage* planned) {
    const Stage& stage = planned->stage;
    const uint64_t seed = planned->data_seed;
    if (stage.augmented().empty()) return inputs_->Source(stage.data(), stage.batch(), *vocabulary_, seed);
    RETORT_ASSIGN_OR_RETURN(planned->augmented, FindStage(stage.augmented(), "augmented"));
    const PlannedStage& augmentation = plan_->stages[planned->augmented];
    RETORT_RETURN_IF_ERROR(CheckAugmentedData(stage, augmentation, inputs_));
    if (stage.budget().has_epochs() && augmentation.stage.augmentation().distinct()) AddWarning(kDistinctEpochs);
    const AugmentedSplit expected = ExpectedSplit(augmentation);
    return inputs_->Source(stage.data(), stage.batch(), *vocabulary_, seed, &expected);
  }

  // The stage's objective, which fits student and teacher. Losses of weight 0 leave the stage.
  absl::StatusOr<Objective> PlanObjective(const EncoderConfig* teacher, PlannedStage* planned) {
    LossContext context{planned->config, teacher};
    std::vector<std::string> warnings;
    context.warnings = &warnings;
    RETORT_ASSIGN_OR_RETURN(Objective objective, Objective::Create(planned->stage.loss(), context));
    DropDeadLosses(&planned->stage);
    for (const std::string& warning : warnings) Warn(planned->stage, warning);
    planned->reads_teacher = !objective.teacher().empty();
    if (planned->reads_teacher) {
      RETORT_RETURN_IF_ERROR(CheckTeacher(*planned, objective.teacher().Reads(HeadKind::kVocabulary)));
    }
    for (const RowGroup& group : objective.row_groups()) {
      RETORT_RETURN_IF_ERROR(CheckHead(planned->config, group.rows.head, "loss"));
    }
    RETORT_RETURN_IF_ERROR(CheckFrozen(planned->config, planned->stage));
    if (planned->stage.carry().empty()) return objective;
    const std::vector<ParameterSpec>& before = plan_->stages[planned->student].training().loss_parameters;
    RETORT_RETURN_IF_ERROR(CheckCarried(planned->stage, objective.parameters(), before));
    return objective;
  }

  absl::Status PlanEvaluation(const EncoderConfig* teacher, PlannedStage* planned) {
    EvaluationWork work;
    RETORT_ASSIGN_OR_RETURN(work.evaluation,
                            MakeEvaluation("evaluation", planned->stage.evaluation(), planned->config, teacher));
    RETORT_RETURN_IF_ERROR(OpenExamples("evaluation", &work.evaluation));
    if (teacher != nullptr) {
      const std::set<HeadKind> heads = work.evaluation.evaluator->needs().heads;
      absl::Status fits = CheckTeacher(*planned, heads.count(HeadKind::kVocabulary) > 0);
      for (const HeadKind head : heads) fits.Update(CheckTeacherHead(*teacher, head, planned->classes));
      planned->reads_teacher = fits.ok();
      if (!fits.ok()) Warn(planned->stage, absl::StrCat("the teacher is not evaluated: ", fits.message()));
    }
    if (planned->reads_teacher) work.teacher = TeacherIdentity(*planned, Sources());
    work.memory = EstimateEvaluation(*planned, work.evaluation.evaluator->needs(), teacher);
    planned->work = std::move(work);
    if (!planned->reads_teacher) return absl::OkStatus();
    std::get<EvaluationWork>(planned->work).teacher_scores_key = TeacherScoresKey(*planned, Sources());
    return absl::OkStatus();
  }

  KeySources Sources() const { return {plan_->stages, teacher_, options_.device}; }

  // The evaluation, whose models fit it, without its examples.
  absl::StatusOr<PlannedEvaluation> MakeEvaluation(const char* field, const Evaluation& choice,
                                                   const EncoderConfig& student, const EncoderConfig* teacher) {
    PlannedEvaluation planned;
    planned.choice = choice;
    RETORT_ASSIGN_OR_RETURN(planned.evaluator, EvaluatorRegistry::Global().Create(choice.plugin(), {}));
    const ModelNeeds needs = planned.evaluator->needs();
    RETORT_RETURN_IF_ERROR(CheckNeeds(needs, Field(field, PluginKind::kEvaluation, choice.plugin()), student, teacher));
    for (const HeadKind head : needs.heads) RETORT_RETURN_IF_ERROR(CheckHead(student, head, field));
    for (const std::string& folder : folders_) {
      const absl::Status fits = planned.evaluator->CheckFolder(folder);
      if (!fits.ok()) return Prefix(absl::StrCat(field, ": "), fits);
    }
    return planned;
  }

  absl::Status OpenExamples(const char* field, PlannedEvaluation* evaluation) {
    auto examples = inputs_->Examples(evaluation->choice, *vocabulary_);
    if (!examples.ok()) return Prefix(absl::StrCat(field, ": "), examples.status());
    evaluation->examples = *std::move(examples);
    for (const std::string& note : evaluation->examples->notes()) AddNote(note);
    return absl::OkStatus();
  }

  // "data: masked_lm"
  static std::string Field(const char* field, PluginKind kind, const google::protobuf::Any& choice) {
    return absl::StrCat(field, ": ", ChosenPlugin(kind, choice, PluginCatalogue::Global())->name);
  }

  // The student of an earlier stage fits by construction.
  absl::Status CheckTeacher(const PlannedStage& planned, bool reads_logits) const {
    if (planned.teacher >= 0) return absl::OkStatus();
    return CheckCheckpoint(experiment_, *teacher_, planned.config, *vocabulary_, reads_logits, inputs_);
  }

  void Warn(const Stage& stage, const std::string& warning) const {
    AddWarning(absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": ", warning));
  }

  void AddWarning(const std::string& line) const { AddLine(line, &plan_->warnings); }
  void AddNote(const std::string& line) const { AddLine(line, &plan_->notes); }

  static void AddLine(const std::string& line, std::vector<std::string>* lines) {
    if (std::find(lines->begin(), lines->end(), line) == lines->end()) lines->push_back(line);
  }

  void NoteTeacher() {
    if (teacher_ == nullptr) return;
    const std::string& folder = experiment_.teacher().checkpoint();
    folders_.insert(folder);
    if (const std::string lost = SentencesNotExported(folder); !lost.empty()) AddWarning(lost);
    AddLine(DescribeTeacher(folder, teacher_->model), &plan_->teachers);
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
  PlannedStudent student_;
  const ModelInput* teacher_ = nullptr;          // Of student_, as ...
  const VocabularyInput* vocabulary_ = nullptr;  // ... this.
  std::set<std::string> folders_;                // Of the teacher, and of the model that the student began as.
  std::map<std::string, int> indices_;           // By stage name.
};

}  // namespace

absl::Status PlanVariant(const ExpandedVariant& variant, uint64_t seed, uint64_t data_seed, const PlanOptions& options,
                         Inputs* inputs, Plan* plan) {
  return VariantPlanner(variant, seed, data_seed, options, inputs, plan).Run();
}

}  // namespace retort
