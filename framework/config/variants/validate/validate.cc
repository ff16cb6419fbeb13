#include "framework/config/variants/validate/validate.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/problems.h"
#include "framework/config/frozen.h"
#include "framework/config/plugin_config.h"
#include "framework/config/reflection.h"
#include "framework/config/stage_references.h"
#include "framework/config/variants/validate/check_augmentation.h"
#include "framework/config/variants/validate/check_carry.h"
#include "framework/config/variants/validate/check_numbers.h"

namespace retort {
namespace {

std::string Quote(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

constexpr int kMostLayers = 1000;
constexpr int kLargestSize = 1 << 20;

// Sizes beyond any model's, whose products would overflow and whose layers could not be counted in time.
void CheckSizes(const std::string& place, const Architecture& architecture, Problems* problems) {
  const auto at_most = [&](const char* name, int value, int most) {
    problems->Want(value <= most, place + name, absl::StrCat("at most ", most), value);
  };
  at_most("layers", architecture.layers(), kMostLayers);
  at_most("hidden_size", architecture.hidden_size(), kLargestSize);
  at_most("intermediate_size", architecture.intermediate_size(), kLargestSize);
  at_most("max_positions", architecture.max_positions(), kLargestSize);
  at_most("embedding_size", architecture.embedding_size(), kLargestSize);
  at_most("bottleneck_size", architecture.bottleneck_size(), kLargestSize);
}

void CheckStudent(const Experiment& experiment, const PluginCatalogue& catalogue, Problems* problems) {
  const Student& student = experiment.student();
  const bool is_initialised = student.has_init() || experiment.stage().empty() || BeginsFromInit(experiment);
  if (is_initialised && !student.init().has_plugin()) {
    problems->Add("student: init", absl::StrCat("want an initialisation; linked init plugins: ",
                                                catalogue.LinkedNames(PluginKind::kInit)));
  }
  const Architecture& architecture = student.architecture();
  const std::string place = "student: architecture: ";
  const auto positive = [&](bool present, const char* name, double value) {
    if (present) problems->Positive(place + name, value);
  };
  positive(architecture.has_layers(), "layers", architecture.layers());
  positive(architecture.has_hidden_size(), "hidden_size", architecture.hidden_size());
  positive(architecture.has_heads(), "heads", architecture.heads());
  positive(architecture.has_intermediate_size(), "intermediate_size", architecture.intermediate_size());
  positive(architecture.has_max_positions(), "max_positions", architecture.max_positions());
  positive(architecture.has_embedding_size(), "embedding_size", architecture.embedding_size());
  positive(architecture.has_bottleneck_size(), "bottleneck_size", architecture.bottleneck_size());
  positive(architecture.has_feed_forward_networks(), "feed_forward_networks", architecture.feed_forward_networks());
  positive(architecture.has_layer_norm_epsilon(), "layer_norm_epsilon", architecture.layer_norm_epsilon());
  CheckSizes(place, architecture, problems);
  if (architecture.has_initializer_range()) {
    problems->AtLeastZero(place + "initializer_range", architecture.initializer_range());
  }
  problems->Share(place + "hidden_dropout", architecture.hidden_dropout(), /*one_allowed=*/false);
  problems->Share(place + "attention_dropout", architecture.attention_dropout(), /*one_allowed=*/false);
  if (architecture.has_hidden_size() && architecture.heads() > 0) {
    problems->Want(architecture.hidden_size() % architecture.heads() == 0, place + "hidden_size",
                   absl::StrCat("a multiple of heads (", architecture.heads(), ")"), architecture.hidden_size());
  }
}

void CheckBatch(const std::string& stage, const BatchSpec& batch, Problems* problems) {
  const std::string place = stage + "batch: ";
  switch (batch.size_case()) {
    case BatchSpec::SIZE_NOT_SET:
      problems->Add(stage + "batch", "want sequences or tokens, got neither");
      break;
    case BatchSpec::kSequences:
      problems->Positive(place + "sequences", batch.sequences());
      break;
    case BatchSpec::kTokens:
      problems->Positive(place + "tokens", batch.tokens());
      break;
  }
  problems->Want(batch.micro_batches() >= 1, place + "micro_batches", ">= 1", batch.micro_batches());
}

void CheckBudget(const std::string& stage, const Budget& budget, Problems* problems) {
  const std::string place = stage + "budget: ";
  switch (budget.limit_case()) {
    case Budget::LIMIT_NOT_SET:
      return problems->Add(stage + "budget", "want tokens, steps, epochs, student_flops or total_flops, got none");
    case Budget::kTokens:
      return problems->Positive(place + "tokens", static_cast<double>(budget.tokens()));
    case Budget::kSteps:
      return problems->Positive(place + "steps", static_cast<double>(budget.steps()));
    case Budget::kEpochs:
      return problems->Positive(place + "epochs", budget.epochs());
    case Budget::kStudentFlops:
      return problems->Positive(place + "student_flops", budget.student_flops());
    case Budget::kTotalFlops:
      return problems->Positive(place + "total_flops", budget.total_flops());
  }
}

void CheckLosses(const std::string& stage, const Stage& spec, const PluginCatalogue& catalogue, Problems* problems) {
  std::set<std::string> names;
  for (const Loss& loss : spec.loss()) {
    const std::string place = absl::StrCat(stage, "loss \"", loss.name(), "\": ");
    problems->Want(IsPlainName(loss.name()), place + "name", "at most 100 letters, digits, '_' and '-'",
                   Quote(loss.name()));
    problems->Want(names.insert(loss.name()).second, place + "name", "each name once per stage", "it twice");
    problems->AtLeastZero(place + "weight", loss.weight());
    if (!loss.has_plugin()) {
      problems->Add(place + "plugin",
                    absl::StrCat("want a loss plugin, got none; linked: ", catalogue.LinkedNames(PluginKind::kLoss)));
    }
  }
}

void CheckOptimizer(const std::string& stage, const Stage& spec, Problems* problems) {
  if (!spec.has_adamw()) return problems->Add(stage + "adamw", "want an optimizer with a learning_rate, got none");
  const std::string place = stage + "adamw: ";
  const AdamW& adamw = spec.adamw();
  if (adamw.has_learning_rate()) {
    problems->Positive(place + "learning_rate", adamw.learning_rate());
  } else {
    problems->Add(place + "learning_rate", "want > 0, got none");
  }
  problems->Share(place + "beta1", adamw.beta1(), /*one_allowed=*/false);
  problems->Share(place + "beta2", adamw.beta2(), /*one_allowed=*/false);
  problems->Positive(place + "epsilon", adamw.epsilon());
  problems->AtLeastZero(place + "weight_decay", adamw.weight_decay());
  problems->Share(stage + "constant: warmup", spec.constant().warmup(), /*one_allowed=*/true);
  problems->Share(stage + "linear: warmup", spec.linear().warmup(), /*one_allowed=*/true);
  problems->Share(stage + "cosine: warmup", spec.cosine().warmup(), /*one_allowed=*/true);
  problems->AtLeastZero(stage + "clip_norm", spec.clip_norm());
  problems->AtLeastZero(stage + "clip_tensor_norm", spec.clip_tensor_norm());
  problems->Want(spec.clip_norm() == 0 || spec.clip_tensor_norm() == 0, stage + "clip_tensor_norm",
                 "it or clip_norm, the other absent or 0", "both");
}

// `evaluate` is checked as the evaluation that it stands for.
void CheckPeriodicEvaluation(const std::string& place, const Stage& spec, const PluginCatalogue& catalogue,
                             Problems* problems) {
  Problems of_data;
  CheckPlugin(PluginKind::kData, place, spec.data().plugin(), catalogue, &of_data);
  if (!of_data.empty()) return;  // Said already.
  const Evaluation evaluation = EvaluationWhileTraining(spec, catalogue);
  const PluginEntry* entry = ChosenPlugin(PluginKind::kEvaluation, evaluation.plugin(), catalogue);
  if (entry == nullptr) {
    return problems->Add(place, absl::StrCat("want data whose evaluation is linked, got other; linked evaluations: ",
                                             catalogue.LinkedNames(PluginKind::kEvaluation)));
  }
  if (entry->rules.check != nullptr) entry->rules.check(place + ": ", *UnpackAny(evaluation.plugin()), problems);
}

void CheckSelection(const std::string& stage, const Stage& spec, const PluginCatalogue& catalogue, Problems* problems) {
  if (spec.has_evaluate()) {
    const PeriodicEvaluation& evaluate = spec.evaluate();
    const std::string place = stage + "evaluate: ";
    if (evaluate.every_case() == PeriodicEvaluation::EVERY_NOT_SET) {
      problems->Add(stage + "evaluate", "want every_tokens or every_steps, got neither");
    }
    if (evaluate.has_every_tokens()) problems->Positive(place + "every_tokens", evaluate.every_tokens());
    if (evaluate.has_every_steps()) problems->Positive(place + "every_steps", evaluate.every_steps());
    CheckPeriodicEvaluation(stage + "evaluate", spec, catalogue, problems);
  }
  if (!spec.keep().has_best()) return;
  if (spec.keep().best().metric().empty()) problems->Add(stage + "keep: best: metric", "want a metric, got none");
  if (spec.keep().best().has_patience()) {
    const int patience = spec.keep().best().patience();
    problems->Want(patience >= 1, stage + "keep: best: patience", "at least 1 evaluation", patience);
  }
  if (!spec.has_evaluate()) {
    problems->Add(stage + "keep: best", "want `evaluate`, by which the best state is told, got none");
  }
}

void CheckTraining(const std::string& stage, const Stage& spec, const PluginCatalogue& catalogue, Problems* problems) {
  CheckPlugin(PluginKind::kData, stage + "data", spec.data().plugin(), catalogue, problems);
  CheckBatch(stage, spec.batch(), problems);
  CheckBudget(stage, spec.budget(), problems);
  CheckLosses(stage, spec, catalogue, problems);
  CheckOptimizer(stage, spec, problems);
  CheckSelection(stage, spec, catalogue, problems);
  for (const std::string& frozen : spec.freeze()) {
    problems->Want(!FrozenPrefixes(frozen).empty(), stage + "freeze", kFreezeWords, Quote(frozen));
  }
  problems->Want(spec.checkpoint_steps() >= 1, stage + "checkpoint_steps", ">= 1", spec.checkpoint_steps());
}

// That the stage has work of one kind, and what is wrong with it.
void CheckWork(const std::string& place, const Stage& stage, const PluginCatalogue& catalogue, Problems* problems) {
  constexpr char kWanted[] = "want losses (training), `evaluation` or `augmentation`, got ";
  const int kinds = !stage.loss().empty() + stage.has_evaluation() + stage.has_augmentation();
  if (kinds == 0) return problems->Add(place + "loss", absl::StrCat(kWanted, "none of them"));
  if (kinds > 1) return problems->Add(place + "loss", absl::StrCat(kWanted, kinds, " of them"));
  if (stage.has_augmentation()) {
    CheckPlugin(PluginKind::kData, place + "data", stage.data().plugin(), catalogue, problems);
    return CheckAugmentation(place, stage, problems);
  }
  problems->Want(stage.row_chunk() >= 1, place + "row_chunk", ">= 1", stage.row_chunk());
  if (stage.has_evaluation()) {
    if (!stage.augmented().empty()) problems->Add(place + "augmented", "want it where something is trained");
    if (stage.has_seed()) problems->Add(place + "seed", "want it where something is trained");
    CheckPlugin(PluginKind::kEvaluation, place + "evaluation", stage.evaluation().plugin(), catalogue, problems);
  } else {
    CheckTraining(place, stage, catalogue, problems);
  }
}

// `earlier` and `all`: the names of the training stages before this one, and of all stages.
void CheckReference(const std::string& place, const std::string& name, const std::string& reference,
                    const std::vector<std::string>& earlier, const std::set<std::string>& all, Problems* problems) {
  const std::string there =
      earlier.empty() ? "there is none" : absl::StrCat("there are: ", absl::StrJoin(earlier, ", "));
  const std::string wanted = absl::StrCat("\"@name\" of an earlier training stage (", there, ")");
  if (!absl::StartsWith(reference, "@"))
    return problems->Add(place, absl::StrCat("want ", wanted, ", got ", Quote(reference)));
  const std::string target = reference.substr(1);
  for (const std::string& stage : earlier) {
    if (stage == target) return;
  }
  std::string why = "no training stage";
  if (target == name) {
    why = "the stage itself";
  } else if (all.count(target) == 0) {
    why = "the name of no stage";
  } else if (std::find(earlier.begin(), earlier.end(), target) == earlier.end()) {
    why = "no training stage before this one";
  }
  problems->Add(place, absl::StrCat("want ", wanted, ", got ", Quote(reference), ", ", why));
}

void CheckFrom(const std::string& place, const Experiment& experiment, const Stage& stage,
               const std::vector<std::string>& earlier, const std::set<std::string>& all, Problems* problems) {
  if (!stage.has_from()) return;
  const bool of_teacher = stage.from() == kFromTeacher;
  if (of_teacher && !experiment.has_teacher()) {
    problems->Add(place, "want an experiment with a teacher.checkpoint, which TEACHER trains, got none");
  }
  if (of_teacher && stage.has_evaluation()) {
    problems->Add(place,
                  "want a training stage from TEACHER, got an evaluation, which has the teacher's scores anyway");
  }
  if (of_teacher || stage.from() == kFromInit) return;
  CheckReference(place, stage.name(), stage.from(), earlier, all, problems);
}

// That init.teacher names a stage that trains the teacher.
void CheckInitTeacher(const Experiment& experiment, const std::set<std::string>& teachers, Problems* problems) {
  const Init& init = experiment.student().init();
  if (!init.has_teacher()) return;
  const auto is_named = [&](const Stage& stage) {
    return teachers.count("@" + stage.name()) > 0 && FindReferenced(experiment, init.teacher(), stage.task()) == &stage;
  };
  if (std::any_of(experiment.stage().begin(), experiment.stage().end(), is_named)) return;
  const std::string there =
      teachers.empty() ? "there is none" : absl::StrCat("there are: ", absl::StrJoin(teachers, ", "));
  problems->Add("student: init: teacher",
                absl::StrCat("want \"@name\" of a stage from TEACHER (", there, "), got ", Quote(init.teacher())));
}

}  // namespace

bool IsPlainName(absl::string_view name) {
  constexpr size_t kLongest = 100;  // Several make the name of a file.
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-') return false;
  }
  return !name.empty() && name.size() <= kLongest;
}

absl::Status ValidateExperiment(const Experiment& experiment, const PluginCatalogue& catalogue) {
  Problems problems;
  CheckNumbers("", experiment, &problems);
  if (!problems.empty()) return problems.ToStatus();
  if (experiment.has_teacher() && experiment.teacher().checkpoint().empty()) {
    problems.Add("teacher: checkpoint", "want a model folder, got none");
  }
  CheckStudent(experiment, catalogue, &problems);
  if (experiment.stage().empty()) problems.Add("stage", "want at least one, got none");
  if (!experiment.remove().empty()) problems.Add("remove", "want it in overlays only");
  std::set<std::string> all;
  for (const Stage& stage : experiment.stage()) all.insert(stage.name());
  std::set<std::string> seen;
  std::vector<std::string> trained;
  std::set<std::string> teachers;       // "@name" of those that train the teacher, and ...
  std::set<std::string> augmentations;  // ... of those that augment.
  for (const Stage& stage : experiment.stage()) {
    const std::string place = absl::StrCat("stage \"", stage.name(), "\": ");
    problems.Want(IsPlainName(stage.name()), place + "name", "at most 100 letters, digits, '_' and '-'",
                  Quote(stage.name()));
    problems.Want(seen.insert(stage.name()).second, place + "name", "each name once per experiment", "it twice");
    CheckFrom(place + "from", experiment, stage, trained, all, &problems);
    CheckCarry(place, experiment, stage, &problems);
    if (stage.has_teacher()) CheckReference(place + "teacher", stage.name(), stage.teacher(), trained, all, &problems);
    if (!stage.remove().empty()) problems.Add(place + "remove", "want it in overlays only");
    CheckAugmented(place, stage, augmentations, &problems);
    CheckWork(place, stage, catalogue, &problems);
    if (stage.has_augmentation()) augmentations.insert("@" + stage.name());
    if (stage.has_evaluation() || stage.has_augmentation()) continue;
    trained.push_back(stage.name());
    if (stage.from() == kFromTeacher || teachers.count(stage.from()) > 0) teachers.insert("@" + stage.name());
  }
  CheckInitTeacher(experiment, teachers, &problems);
  return problems.ToStatus();
}

}  // namespace retort
