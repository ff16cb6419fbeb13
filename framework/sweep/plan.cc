#include "framework/sweep/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/defaults.h"
#include "framework/config/reflection.h"
#include "framework/eval/masked_lm_evaluation.h"
#include "framework/init/initializer.h"
#include "framework/loss/loss_term.h"
#include "framework/model/encoder.h"
#include "framework/sweep/architecture.h"
#include "framework/sweep/controls.h"
#include "framework/sweep/key.h"
#include "framework/sweep/source_digest.h"
#include "framework/train/objective.h"
#include "framework/train/student_trainer.h"

namespace retort {
namespace {

constexpr double kForwardAndBackward = 3;
constexpr int64_t kStepsLookedAt = 256;
constexpr char kDefaultEvaluation[] = "evaluate";

absl::Status Prefix(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, status.message()));
}

// Without an evaluation there is nothing to report: the last trained student is evaluated on the report split.
void AddDefaultEvaluation(Experiment* experiment) {
  for (const Stage& stage : experiment->stage()) {
    if (stage.has_evaluation()) return;
  }
  Stage* stage = experiment->add_stage();
  stage->set_name(kDefaultEvaluation);
  stage->mutable_evaluation()->mutable_masked_lm();
  FillDefaults(experiment);
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
    if (absl::Status status = ResolveStudent(); !status.ok()) {
      return Prefix(absl::StrCat("variant \"", variant_.name, "\": "), status);
    }
    for (const Stage& stage : experiment_.stage()) {
      if (absl::Status status = AddStage(stage); !status.ok()) {
        return Prefix(absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": "), status);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ResolveStudent() {
    if (experiment_.has_teacher()) {
      RETORT_ASSIGN_OR_RETURN(teacher_, inputs_->Model(experiment_.teacher().checkpoint()));
    }
    const std::string path =
        experiment_.student().has_vocabulary() ? experiment_.student().vocabulary() : TeacherVocabulary();
    if (path.empty()) return absl::InvalidArgumentError("student.vocabulary: want a vocab.txt, got none");
    RETORT_ASSIGN_OR_RETURN(vocabulary_, inputs_->Vocabulary(path));
    RETORT_ASSIGN_OR_RETURN(
        config_, ResolveArchitecture(experiment_.student().architecture(), vocabulary_->tokenizer->vocabulary_size(),
                                     vocabulary_->tokenizer->special_ids().pad,
                                     teacher_ == nullptr ? nullptr : &teacher_->model.config));
    return absl::OkStatus();
  }

  std::string TeacherVocabulary() const { return teacher_ == nullptr ? "" : teacher_->model.vocabulary_path; }

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
    } else if (teacher_ != nullptr) {
      planned->checkpoint = experiment_.teacher().checkpoint();
    }
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
    LossContext context{planned->config, teacher};
    std::vector<std::string> warnings;
    context.warnings = &warnings;
    RETORT_ASSIGN_OR_RETURN(const Objective objective, Objective::Create(planned->stage.loss(), context));
    for (const std::string& warning : warnings) Warn(planned->stage, warning);
    planned->reads_teacher = !objective.teacher().empty();
    if (planned->reads_teacher) {
      RETORT_RETURN_IF_ERROR(CheckTeacher(*planned, !objective.teacher().vocabulary_rows.empty()));
    }
    RETORT_RETURN_IF_ERROR(CheckTrainer(planned->stage));
    RETORT_RETURN_IF_ERROR(CheckLength(planned->stage.data().masked_lm().length(), teacher));
    RETORT_ASSIGN_OR_RETURN(planned->source, inputs_->Source(planned->stage, *vocabulary_, data_seed_));
    RETORT_ASSIGN_OR_RETURN(planned->total_steps, CountSteps(*planned, objective));
    Estimate(objective, teacher, planned);
    AddTrainingParts(*planned, key);
    if (!planned->stage.has_evaluate()) return absl::OkStatus();
    RETORT_ASSIGN_OR_RETURN(const HeldOutSpec spec, HeldOutOf(planned->stage));
    return AddHeldOutParts(spec, key);
  }

  absl::Status PlanEvaluation(PlannedStage* planned, KeyBuilder* key) {
    RETORT_ASSIGN_OR_RETURN(const HeldOutSpec spec, HeldOutOf(planned->stage));
    RETORT_RETURN_IF_ERROR(CheckLength(spec.length, TeacherConfig(*planned)));
    if (TeacherConfig(*planned) != nullptr) {
      const absl::Status fits = CheckTeacher(*planned, /*reads_logits=*/true);
      planned->reads_teacher = fits.ok();
      if (!fits.ok()) Warn(planned->stage, absl::StrCat("the teacher is not evaluated: ", fits.message()));
    }
    key->Add("kind", "masked_lm evaluation");
    key->Add("teacher", planned->reads_teacher ? TeacherKey(*planned) : "none");
    KeyBuilder teacher_key;
    teacher_key.Add("code", kSourceDigest);
    teacher_key.Add("device", DeviceName());
    teacher_key.Add("teacher", TeacherKey(*planned));
    RETORT_RETURN_IF_ERROR(AddHeldOutParts(spec, &teacher_key));
    if (planned->reads_teacher) planned->teacher_scores_key = teacher_key.Key();
    return AddHeldOutParts(spec, key);
  }

  absl::Status AddHeldOutParts(const HeldOutSpec& spec, KeyBuilder* key) {
    RETORT_ASSIGN_OR_RETURN(const auto sequences,
                            inputs_->Sequences(spec.corpus, spec.split, spec.length, spec.min_length, *vocabulary_));
    if (sequences->size() < spec.sequences) {
      return absl::InvalidArgumentError(absl::StrCat("sequences: want at most the ", sequences->size(),
                                                     " of the held-out split, got ", spec.sequences));
    }
    key->Add("held-out data", sequences->content_hash());
    key->Add("held-out sequences", spec.sequences);
    key->Add("held-out mask seed", spec.mask_seed);
    return absl::OkStatus();
  }

  // Whether the teacher understands the pieces that it is going to read, and has the head that it is read by. The
  // student of an earlier stage does.
  absl::Status CheckTeacher(const PlannedStage& planned, bool reads_logits) const {
    if (planned.teacher >= 0) return absl::OkStatus();
    const LoadedModel& model = teacher_->model;
    if (!model.vocabulary_path.empty()) {
      RETORT_ASSIGN_OR_RETURN(const VocabularyInput* own, inputs_->Vocabulary(model.vocabulary_path));
      if (own->tokenizer->Fingerprint() != vocabulary_->tokenizer->Fingerprint()) {
        return absl::InvalidArgumentError(absl::StrCat("student.vocabulary: want the vocabulary of the teacher, ",
                                                       model.vocabulary_path, ", which reads the same pieces, got ",
                                                       experiment_.student().vocabulary()));
      }
    } else if (model.config.vocabulary_size != config_.vocabulary_size) {
      return absl::InvalidArgumentError(absl::StrCat("student.vocabulary: want the ", model.config.vocabulary_size,
                                                     " pieces of the teacher, got ", config_.vocabulary_size));
    }
    if (model.masked_lm_head || !reads_logits) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("teacher.checkpoint: want a model with a masked-LM head, got ",
                                                   planned.checkpoint, " without one"));
  }

  // What the trainer would find only after the first step or at the first evaluation.
  absl::Status CheckTrainer(const Stage& stage) const {
    const auto specs = EncoderParameterSpecs(config_, /*masked_lm_head=*/true);
    RETORT_RETURN_IF_ERROR(FrozenParameters(stage, specs).status());
    if (!stage.keep().has_best()) return absl::OkStatus();
    const std::string& metric = stage.keep().best().metric();
    if (metric == kMaskedLmCrossEntropy || metric == kMaskedLmAccuracy) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("keep.best.metric: want ", kMaskedLmCrossEntropy, " or ",
                                                   kMaskedLmAccuracy, ", got \"", metric, "\""));
  }

  absl::Status CheckLength(int64_t length, const EncoderConfig* teacher) const {
    for (const EncoderConfig* config : {&config_, teacher}) {
      if (config == nullptr || length <= config->max_positions) continue;
      return absl::InvalidArgumentError(absl::StrCat("length: want at most the ", config->max_positions,
                                                     " positions of the ", config == teacher ? "teacher" : "student",
                                                     ", got ", length));
    }
    return absl::OkStatus();
  }

  void Warn(const Stage& stage, const std::string& warning) const {
    const std::string line = absl::StrCat("variant \"", variant_.name, "\": stage \"", stage.name(), "\": ", warning);
    auto& warnings = plan_->warnings;
    if (std::find(warnings.begin(), warnings.end(), line) == warnings.end()) warnings.push_back(line);
  }

  // Operations of the student, and of the teacher, for sequences of mean length.
  std::pair<double, double> StepFlops(const PlannedStage& planned, const Objective& objective,
                                      const EncoderConfig* teacher) const {
    const StepShape shape = planned.source->MeanStep();
    const double labelled = shape.labelled_share;
    auto rows = [&](RowSet set) {
      return static_cast<int64_t>(static_cast<double>(shape.tokens) * (set == RowSet::kReal ? 1 : labelled));
    };
    const std::optional<RowSet> set = objective.rows();
    const int64_t student_rows = set ? rows(*set) : 0;
    const double student =
        kForwardAndBackward * Encoder(planned.config)
                                  .ForwardFlops(shape.sequences, shape.positions,
                                                objective.student().Depth(static_cast<int>(planned.config.layers)),
                                                student_rows);
    if (!planned.reads_teacher || teacher == nullptr) return {student, 0};
    return {student, Encoder(*teacher).ForwardFlops(shape.sequences, shape.positions,
                                                    objective.teacher().Depth(static_cast<int>(teacher->layers)),
                                                    objective.reads_teacher_rows() ? student_rows : 0)};
  }

  absl::StatusOr<int64_t> CountSteps(const PlannedStage& planned, const Objective& objective) const {
    const Budget& budget = planned.stage.budget();
    const auto [student, teacher] = StepFlops(planned, objective, TeacherConfig(planned));
    switch (budget.limit_case()) {
      case Budget::kSteps:
        return budget.steps();
      case Budget::kTokens:
        return planned.source->StepsForTokens(budget.tokens());
      case Budget::kEpochs:
        return planned.source->StepsForEpochs(budget.epochs());
      case Budget::kStudentFlops:
        return static_cast<int64_t>(std::ceil(budget.student_flops() / student));
      case Budget::kTotalFlops:
        return static_cast<int64_t>(std::ceil(budget.total_flops() / (student + teacher)));
      default:
        return absl::InvalidArgumentError("budget: want tokens, steps, epochs, student_flops or total_flops, got none");
    }
  }

  void Estimate(const Objective& objective, const EncoderConfig* teacher, PlannedStage* planned) const {
    const auto [student_flops, teacher_flops] = StepFlops(*planned, objective, teacher);
    const double steps = static_cast<double>(planned->total_steps);
    planned->student_flops = steps * student_flops;
    planned->teacher_flops = steps * teacher_flops;
    planned->parameters = CountParameters(EncoderParameterSpecs(planned->config, /*masked_lm_head=*/true)) +
                          CountParameters(objective.parameters());
    const MemorySide student{planned->config, planned->parameters, objective.student()};
    MemoryShape shape = LargestMicroBatch(*planned);
    if (!objective.rows()) {
      shape.rows = 0;
    } else if (*objective.rows() == RowSet::kLabelled) {
      const double share = planned->source->MeanStep().labelled_share;
      shape.rows = static_cast<int64_t>(std::ceil(share * static_cast<double>(shape.rows)));
    }
    if (!planned->reads_teacher) {
      planned->memory = EstimateTrainingMemory(student, nullptr, shape);
      return;
    }
    Capture demands = objective.teacher();
    if (!objective.reads_teacher_rows()) demands.vocabulary_rows.clear();
    const MemorySide teaching{*teacher, CountParameters(EncoderParameterSpecs(*teacher, true)), std::move(demands)};
    planned->memory = EstimateTrainingMemory(student, &teaching, shape);
  }

  static int64_t CountParameters(const std::vector<ParameterSpec>& specs) {
    int64_t count = 0;
    for (const ParameterSpec& spec : specs) count += spec.size();
    return count;
  }

  // Of the step with the most positions among the first ones; every position is a row.
  static MemoryShape LargestMicroBatch(const PlannedStage& planned) {
    MemoryShape largest;
    largest.row_chunk = planned.stage.row_chunk();
    largest.precision = planned.precision;
    for (int64_t step = 0; step < std::min(planned.total_steps, kStepsLookedAt); ++step) {
      const StepShape shape = planned.source->Shape(step);
      const int64_t parts = std::min<int64_t>(planned.stage.batch().micro_batches(), shape.sequences);
      const int64_t sequences = (shape.sequences + parts - 1) / parts;
      if (sequences * shape.positions <= largest.rows) continue;
      largest.sequences = sequences;
      largest.positions = shape.positions;
      largest.rows = sequences * shape.positions;
    }
    return largest;
  }

  // What the stage's own text decides, without what is only a name or a place.
  static std::string CanonicalBytes(Stage stage) {
    stage.clear_name();
    stage.clear_from();
    stage.clear_teacher();
    stage.clear_checkpoint_steps();
    stage.clear_budget();
    stage.clear_precision();
    stage.mutable_data()->mutable_masked_lm()->clear_corpus();
    return DeterministicBytes(stage);
  }

  void AddTrainingParts(PlannedStage& planned, KeyBuilder* key) const {
    KeyBuilder shared;  // What a cohort has in common.
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
    planned.cohort = shared.Key();

    key->Add("kind", "training");
    key->Add("shared", planned.cohort);
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

// Whether a loss is gold: made for the base's own student.
absl::StatusOr<bool> LossIsGold(const Experiment& experiment, const Stage& stage, const Loss& loss, Inputs* inputs) {
  const ModelInput* teacher = nullptr;
  if (experiment.has_teacher()) {
    RETORT_ASSIGN_OR_RETURN(teacher, inputs->Model(experiment.teacher().checkpoint()));
  }
  std::string path = experiment.student().vocabulary();
  if (path.empty() && teacher != nullptr) path = teacher->model.vocabulary_path;
  RETORT_ASSIGN_OR_RETURN(const VocabularyInput* vocabulary, inputs->Vocabulary(path));
  RETORT_ASSIGN_OR_RETURN(
      const EncoderConfig config,
      ResolveArchitecture(experiment.student().architecture(), vocabulary->tokenizer->vocabulary_size(),
                          vocabulary->tokenizer->special_ids().pad,
                          teacher == nullptr ? nullptr : &teacher->model.config));
  const EncoderConfig* teaching = stage.has_teacher() ? &config : teacher == nullptr ? nullptr : &teacher->model.config;
  auto term = LossTermRegistry::Global().Create(loss.plugin(), {config, teaching});
  if (!term.ok()) {
    return Prefix(absl::StrCat("variant \"base\": stage \"", stage.name(), "\": loss \"", loss.name(), "\": "),
                  term.status());
  }
  return (*term)->gold();
}

void WarnOfTwins(Plan* plan) {
  std::map<std::vector<int>, std::string> known;  // Variants by their planned stages.
  for (const ExpandedVariant& variant : plan->sweep.variants) {
    std::vector<int> stages;
    for (const Stage& stage : variant.experiment.stage()) {
      stages.push_back(plan->Find(variant.name, plan->sweep.seeds.front(), stage.name()));
    }
    if (stages.front() < 0) continue;  // Not among --only.
    const auto [twin, is_new] = known.emplace(std::move(stages), variant.name);
    if (is_new) continue;
    plan->warnings.push_back(
        absl::StrCat("variants \"", twin->second, "\" and \"", variant.name, "\" resolve to the same experiment"));
  }
}

absl::Status CheckOnly(const ExpandedSweep& sweep, const std::set<std::string>& only) {
  std::set<std::string> names;
  for (const ExpandedVariant& variant : sweep.variants) names.insert(variant.name);
  for (const std::string& name : only) {
    if (names.count(name) > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--only: want variants of this sweep (", absl::StrJoin(names, ", "), "), got \"", name, "\""));
  }
  return absl::OkStatus();
}

}  // namespace

int Plan::Find(const std::string& variant, uint64_t seed, const std::string& stage) const {
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const StageId& id : stages[i].used_by) {
      if (id.variant == variant && id.seed == seed && id.stage == stage) return static_cast<int>(i);
    }
  }
  return -1;
}

absl::StatusOr<Plan> MakePlan(const ExpandedSweep& sweep, const PlanOptions& options, Inputs* inputs) {
  Plan plan;
  plan.sweep = sweep;
  plan.device = options.device;
  for (ExpandedVariant& variant : plan.sweep.variants) AddDefaultEvaluation(&variant.experiment);
  if (sweep.controls) {
    auto is_gold = [&](const Experiment& experiment, const Stage& stage, const Loss& loss) {
      return LossIsGold(experiment, stage, loss, inputs);
    };
    RETORT_RETURN_IF_ERROR(AddControls(is_gold, &plan.sweep, &plan.warnings));
  }
  RETORT_RETURN_IF_ERROR(CheckOnly(plan.sweep, options.only));
  for (uint64_t seed : plan.sweep.seeds) {
    const uint64_t data_seed = sweep.share_data_across_seeds ? plan.sweep.seeds.front() : seed;
    for (const ExpandedVariant& variant : plan.sweep.variants) {
      if (!options.only.empty() && options.only.count(variant.name) == 0) continue;
      RETORT_RETURN_IF_ERROR(VariantPlanner(variant, seed, data_seed, options, inputs, &plan).Run());
    }
  }
  WarnOfTwins(&plan);
  return plan;
}

std::string TeacherName(const Plan& plan, const PlannedStage& stage) {
  if (!stage.reads_teacher) return "";
  const std::string dropout = stage.teacher_dropout ? absl::StrCat(" dropout ", stage.seed) : "";
  return (stage.teacher >= 0 ? plan.stages[stage.teacher].key : stage.checkpoint) + dropout;
}

absl::StatusOr<HeldOutSpec> HeldOutOf(const Stage& stage) {
  HeldOutSpec spec;
  const MaskedLmData& data = stage.data().masked_lm();
  if (stage.has_evaluation()) {
    const MaskedLmEvaluation& evaluation = stage.evaluation().masked_lm();
    RETORT_ASSIGN_OR_RETURN(spec.split, ParseSplit(evaluation.split()));
    spec.corpus = evaluation.corpus();
    spec.length = evaluation.length();
    spec.sequences = evaluation.sequences();
    spec.mask_seed = evaluation.mask_seed();
  } else {
    RETORT_ASSIGN_OR_RETURN(spec.split, ParseSplit(stage.evaluate().split()));
    spec.corpus = data.corpus();
    spec.length = data.length();
    spec.sequences = stage.evaluate().sequences();
  }
  spec.min_length = std::min<int64_t>(data.has_min_length() ? data.min_length() : 12, spec.length);
  return spec;
}

absl::StatusOr<HeldOut> MakeHeldOut(const HeldOutSpec& spec, const VocabularyInput& vocabulary, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(auto sequences,
                          inputs->Sequences(spec.corpus, spec.split, spec.length, spec.min_length, vocabulary));
  MaskingContext context;
  context.data_seed = spec.mask_seed;
  context.vocabulary_size = vocabulary.tokenizer->vocabulary_size();
  context.special_ids = vocabulary.tokenizer->special_ids();
  return HeldOut(std::move(sequences), spec.sequences, context);
}

}  // namespace retort
