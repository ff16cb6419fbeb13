#include "framework/sweep/plan_checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/model/encoder.h"
#include "framework/train/student_trainer.h"

namespace retort {

absl::Status CheckHead(const EncoderConfig& student, const char* reader) {
  if (FindHead(student, HeadKind::kVocabulary) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(reader,
                                                 ": want a student with a language-model head "
                                                 "(student.architecture.language_model_head: true), got one without"));
}

absl::Status CheckDirection(const EncoderConfig& student, const char* field, LmKind kind) {
  if (student.causal() == (kind == LmKind::kCausal)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": ", LmKindName(kind), ": want a ",
      student.causal() ? "student that reads both ways" : "causal student, such as one of family gpt2",
      ", got one of family ", student.family, student.causal() ? ", which is causal" : ", which reads both ways"));
}

absl::Status CheckCheckpoint(const Experiment& experiment, const ModelInput& teacher, const EncoderConfig& student,
                             const VocabularyInput& vocabulary, bool reads_logits, Inputs* inputs) {
  const LoadedModel& model = teacher.model;
  const std::string& checkpoint = experiment.teacher().checkpoint();
  if (model.config.causal() != student.causal()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "teacher.checkpoint: want a ",
        student.causal() ? "causal teacher for a causal student" : "teacher that reads both ways as its student does",
        ", got ", checkpoint, " of family ", model.config.family));
  }
  if (!model.tokenizer_path.empty()) {
    RETORT_ASSIGN_OR_RETURN(const VocabularyInput* own, inputs->Vocabulary(model.tokenizer_path));
    if (own->tokenizer->Fingerprint() != vocabulary.tokenizer->Fingerprint()) {
      return absl::InvalidArgumentError(absl::StrCat("student.vocabulary: want the vocabulary of the teacher, ",
                                                     model.tokenizer_path, ", which reads the same pieces, got ",
                                                     experiment.student().vocabulary()));
    }
  }
  // A teacher whose embeddings are padded has more pieces than its tokenizer, and logits that the student lacks.
  const int64_t pieces = model.config.vocabulary_size;
  const bool padded = pieces > student.vocabulary_size && !model.tokenizer_path.empty() && !reads_logits;
  if (pieces != student.vocabulary_size && !padded) {
    return absl::InvalidArgumentError(
        absl::StrCat("student.vocabulary: want the ", pieces, " pieces of the teacher, got ", student.vocabulary_size));
  }
  if (FindHead(model.config, HeadKind::kVocabulary) != nullptr || !reads_logits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("teacher.checkpoint: want a model with a language-model head, got ", checkpoint, " without one"));
}

absl::Status CheckTrainer(const EncoderConfig& student, const Stage& stage) {
  RETORT_RETURN_IF_ERROR(FrozenParameters(stage, EncoderParameterSpecs(student)).status());
  if (!stage.keep().has_best()) return absl::OkStatus();
  const std::string& metric = stage.keep().best().metric();
  const LmKind kind = TrainingSequences(stage.data()).kind;
  const std::string loss = LmMetric(kind, kCrossEntropy), accuracy = LmMetric(kind, kAccuracy);
  if (metric == loss || metric == accuracy) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("keep.best.metric: want ", loss, " or ", accuracy, ", got \"", metric, "\""));
}

absl::Status CheckLength(const EncoderConfig& student, const EncoderConfig* teacher, const char* field,
                         int64_t length) {
  for (const EncoderConfig* config : {&student, teacher}) {
    if (config == nullptr || length <= config->longest_sequence()) continue;
    return absl::InvalidArgumentError(absl::StrCat(field, ": length: want at most the ", config->longest_sequence(),
                                                   " positions of the ", config == teacher ? "teacher" : "student",
                                                   ", got ", length));
  }
  return absl::OkStatus();
}

}  // namespace retort
