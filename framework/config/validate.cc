#include "framework/config/validate.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

// Collects problems, each with the place it was found at.
class Problems {
 public:
  void Add(absl::string_view place, absl::string_view what) { lines_.push_back(absl::StrCat(place, ": ", what)); }

  template <typename T>
  void Want(bool holds, absl::string_view place, absl::string_view wanted, const T& got) {
    if (!holds) Add(place, absl::StrCat("want ", wanted, ", got ", got));
  }

  void Positive(absl::string_view place, double value) { Want(value > 0 && std::isfinite(value), place, "> 0", value); }
  void AtLeastZero(absl::string_view place, double value) {
    Want(value >= 0 && std::isfinite(value), place, "a finite number >= 0", value);
  }
  // For shares: 0 <= value <= 1, or < 1.
  void Share(absl::string_view place, double value, bool one_allowed) {
    Want(value >= 0 && (one_allowed ? value <= 1 : value < 1), place,
         one_allowed ? "a number from 0 to 1" : "a number >= 0 and < 1", value);
  }

  absl::Status ToStatus() const {
    return lines_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  std::vector<std::string> lines_;
};

std::string Quote(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

void CheckSplit(const std::string& place, const std::string& split, Problems* problems) {
  const bool known = split == "train" || split == "select" || split == "report";
  problems->Want(known, place + "split", "train, select or report", Quote(split));
}

void CheckStudent(const Experiment& experiment, const PluginCatalogue& catalogue, Problems* problems) {
  const Student& student = experiment.student();
  if (!student.init().has_plugin()) {
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
  positive(architecture.has_layer_norm_epsilon(), "layer_norm_epsilon", architecture.layer_norm_epsilon());
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

template <typename Masking>
void CheckMasking(const std::string& place, const Masking& masking, Problems* problems) {
  problems->Want(masking.rate() > 0 && masking.rate() <= 1, place + "rate", "> 0 and <= 1", masking.rate());
  problems->Share(place + "mask_share", masking.mask_share(), /*one_allowed=*/true);
  problems->Share(place + "random_share", masking.random_share(), /*one_allowed=*/true);
  const double sum = masking.mask_share() + masking.random_share();
  problems->Want(!(sum > 1 + 1e-9), place + "mask_share + random_share", "<= 1", sum);
}

// What data and evaluations of language models have in common.
template <typename LmText>
void CheckText(const std::string& place, const LmText& text, bool causal, Problems* problems) {
  if (text.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(text.length() >= (causal ? 2 : 3), place + "length",
                 causal ? ">= 2 (a token and the next)" : ">= 3 ([CLS], a token, [SEP])", text.length());
}

void CheckMaskedLm(const std::string& place, const MaskedLmData& masked_lm, Problems* problems) {
  CheckText(place, masked_lm, /*causal=*/false, problems);
  problems->Want(masked_lm.min_length() >= 0 && masked_lm.min_length() <= masked_lm.length(), place + "min_length",
                 absl::StrCat("0 to length (", masked_lm.length(), ")"), masked_lm.min_length());
  if (masked_lm.has_bert_masking()) CheckMasking(place + "bert_masking: ", masked_lm.bert_masking(), problems);
  if (masked_lm.has_distilbert_masking()) {
    const std::string masking = place + "distilbert_masking: ";
    CheckMasking(masking, masked_lm.distilbert_masking(), problems);
    problems->AtLeastZero(masking + "smoothing", masked_lm.distilbert_masking().smoothing());
  }
}

void CheckData(const std::string& stage, const Data& data, Problems* problems) {
  switch (data.kind_case()) {
    case Data::kMaskedLm:
      return CheckMaskedLm(stage + "data: masked_lm: ", data.masked_lm(), problems);
    case Data::kCausalLm:
      return CheckText(stage + "data: causal_lm: ", data.causal_lm(), /*causal=*/true, problems);
    case Data::KIND_NOT_SET:
      return problems->Add(stage + "data", "want data such as masked_lm {...}, got none");
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
    problems->Want(IsPlainName(loss.name()), place + "name", "letters, digits, '_' and '-'", Quote(loss.name()));
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
}

void CheckSelection(const std::string& stage, const Stage& spec, Problems* problems) {
  if (spec.has_evaluate()) {
    const Evaluate& evaluate = spec.evaluate();
    const std::string place = stage + "evaluate: ";
    if (evaluate.every_case() == Evaluate::EVERY_NOT_SET) {
      problems->Add(stage + "evaluate", "want every_tokens or every_steps, got neither");
    }
    if (evaluate.has_every_tokens()) problems->Positive(place + "every_tokens", evaluate.every_tokens());
    if (evaluate.has_every_steps()) problems->Positive(place + "every_steps", evaluate.every_steps());
    CheckSplit(place, evaluate.split(), problems);
    problems->Positive(place + "sequences", evaluate.sequences());
  }
  if (!spec.keep().has_best()) return;
  if (spec.keep().best().metric().empty()) problems->Add(stage + "keep: best: metric", "want a metric, got none");
  if (!spec.has_evaluate()) {
    problems->Add(stage + "keep: best", "want `evaluate`, by which the best state is told, got none");
  }
}

void CheckTraining(const std::string& stage, const Stage& spec, const PluginCatalogue& catalogue, Problems* problems) {
  CheckData(stage, spec.data(), problems);
  CheckBatch(stage, spec.batch(), problems);
  CheckBudget(stage, spec.budget(), problems);
  CheckLosses(stage, spec, catalogue, problems);
  CheckOptimizer(stage, spec, problems);
  CheckSelection(stage, spec, problems);
  for (const std::string& frozen : spec.freeze()) {
    problems->Want(frozen == "position_embeddings" || frozen == "token_type_embeddings" || frozen == "word_embeddings",
                   stage + "freeze", "position_embeddings, token_type_embeddings or word_embeddings", Quote(frozen));
  }
  problems->Want(spec.checkpoint_steps() >= 1, stage + "checkpoint_steps", ">= 1", spec.checkpoint_steps());
}

template <typename LmEvaluation>
void CheckLmEvaluation(const std::string& place, const LmEvaluation& evaluation, bool causal, Problems* problems) {
  CheckText(place, evaluation, causal, problems);
  CheckSplit(place, evaluation.split(), problems);
  problems->Positive(place + "sequences", evaluation.sequences());
}

void CheckSentenceSimilarity(const std::string& stage, const SentenceSimilarityEvaluation& evaluation,
                             Problems* problems) {
  const std::string place = stage + "evaluation: sentence_similarity: ";
  if (evaluation.pairs().empty()) problems->Add(place + "pairs", "want a file of sentence pairs, got none");
  problems->Want(evaluation.length() >= 3, place + "length", ">= 3 ([CLS], a token, [SEP])", evaluation.length());
}

void CheckEvaluation(const std::string& stage, const Stage& spec, Problems* problems) {
  const std::string place = stage + "evaluation: ";
  const Evaluation& evaluation = spec.evaluation();
  switch (evaluation.kind_case()) {
    case Evaluation::kMaskedLm:
      return CheckLmEvaluation(place + "masked_lm: ", evaluation.masked_lm(), /*causal=*/false, problems);
    case Evaluation::kCausalLm:
      return CheckLmEvaluation(place + "causal_lm: ", evaluation.causal_lm(), /*causal=*/true, problems);
    case Evaluation::kSentenceSimilarity:
      return CheckSentenceSimilarity(stage, evaluation.sentence_similarity(), problems);
    case Evaluation::KIND_NOT_SET:
      return problems->Add(stage + "evaluation", "want masked_lm, causal_lm or sentence_similarity, got nothing");
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
  std::string why = "an evaluation stage";
  if (target == name) {
    why = "the stage itself";
  } else if (all.count(target) == 0) {
    why = "the name of no stage";
  } else if (std::find(earlier.begin(), earlier.end(), target) == earlier.end()) {
    why = "no training stage before this one";
  }
  problems->Add(place, absl::StrCat("want ", wanted, ", got ", Quote(reference), ", ", why));
}

}  // namespace

bool IsPlainName(absl::string_view name) {
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-') return false;
  }
  return !name.empty();
}

absl::Status ValidateExperiment(const Experiment& experiment, const PluginCatalogue& catalogue) {
  Problems problems;
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
  for (const Stage& stage : experiment.stage()) {
    const std::string place = absl::StrCat("stage \"", stage.name(), "\": ");
    problems.Want(IsPlainName(stage.name()), place + "name", "letters, digits, '_' and '-'", Quote(stage.name()));
    problems.Want(seen.insert(stage.name()).second, place + "name", "each name once per experiment", "it twice");
    if (stage.has_from()) CheckReference(place + "from", stage.name(), stage.from(), trained, all, &problems);
    if (stage.has_teacher()) CheckReference(place + "teacher", stage.name(), stage.teacher(), trained, all, &problems);
    if (!stage.remove().empty()) problems.Add(place + "remove", "want it in overlays only");
    problems.Want(stage.row_chunk() >= 1, place + "row_chunk", ">= 1", stage.row_chunk());
    if (stage.loss().empty() && !stage.has_evaluation()) {
      problems.Add(place + "loss", "want losses (training) or `evaluation`, got neither");
    } else if (!stage.loss().empty() && stage.has_evaluation()) {
      problems.Add(place + "evaluation", "want losses (training) or `evaluation`, got both");
    } else if (stage.has_evaluation()) {
      CheckEvaluation(place, stage, &problems);
    } else {
      CheckTraining(place, stage, catalogue, &problems);
    }
    if (!stage.has_evaluation()) trained.push_back(stage.name());
  }
  return problems.ToStatus();
}

}  // namespace retort
