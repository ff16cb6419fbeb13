#include "framework/sweep/plan/plan_checks.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/train/student/student_trainer.h"

namespace retort {
namespace {

// What to do about a teacher without a language-model head.
std::string HeadRemedy(const LoadedModel& teacher) {
  const std::string named =
      teacher.architectures.empty() ? "" : absl::StrCat(" (", absl::StrJoin(teacher.architectures, ", "), ")");
  if (teacher.config.heads.empty()) {
    return absl::StrCat(named, "; take a model with one, or losses over hidden states or attention, which read none");
  }
  const HeadSpec& head = teacher.config.heads.front();
  const std::string name = HeadKindName(head.kind);
  const char* loss = GivesOneNumber(head) ? "logit_mse { head: " : "soft_targets { temperature: 2 head: ";
  return absl::StrCat(named, "; take the model that it was tuned from, or compare its head of ", name, ": ", loss,
                      absl::AsciiStrToUpper(name), " }");
}

}  // namespace

absl::Status CheckHead(const EncoderConfig& student, HeadKind kind, const char* reader) {
  if (FindHead(student, kind) != nullptr) return absl::OkStatus();
  if (kind != HeadKind::kVocabulary) {
    return absl::InvalidArgumentError(
        absl::StrCat(reader, ": want a student with a ", HeadKindName(kind), " head, got one without"));
  }
  return absl::InvalidArgumentError(absl::StrCat(reader,
                                                 ": want a student with a language-model head "
                                                 "(student.architecture.language_model_head: true), got one without"));
}

absl::Status CheckTeacherHead(const EncoderConfig& teacher, HeadKind kind, const std::vector<std::string>& classes) {
  const HeadSpec* head = FindHead(teacher, kind);
  if (head == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("want a teacher with a head of ", HeadKindName(kind), ", got one without"));
  }
  if (kind != HeadKind::kClasses || classes.empty() || head->classes == classes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("want a teacher of the classes ", absl::StrJoin(classes, ", "),
                                                 ", got one of ", absl::StrJoin(head->classes, ", ")));
}

absl::Status CheckNeeds(const ModelNeeds& needs, const std::string& field, const EncoderConfig& student,
                        const EncoderConfig* teacher) {
  if (needs.causal) RETORT_RETURN_IF_ERROR(CheckDirection(*needs.causal, student, field));
  for (const EncoderConfig* config : {&student, teacher}) {
    if (config == nullptr || needs.longest_sequence <= config->longest_sequence()) continue;
    return absl::InvalidArgumentError(absl::StrCat(field, ": length: want at most the ", config->longest_sequence(),
                                                   " positions of the ", config == teacher ? "teacher" : "student",
                                                   ", got ", needs.longest_sequence));
  }
  return absl::OkStatus();
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
  if (model.config.vocabulary_size != student.vocabulary_size) {
    return absl::InvalidArgumentError(absl::StrCat("student.vocabulary: want the ", model.config.vocabulary_size,
                                                   " pieces of the teacher, got ", student.vocabulary_size,
                                                   PaddingRemedy(model.config, student)));
  }
  if (FindHead(model.config, HeadKind::kVocabulary) != nullptr || !reads_logits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("teacher.checkpoint: want a model with a language-model head, got ",
                                                 checkpoint, " without one", HeadRemedy(model)));
}

absl::Status CheckFrozen(const EncoderConfig& student, const Stage& stage) {
  return FrozenParameters(stage, EncoderParameterSpecs(student)).status();
}

absl::Status CheckKeptMetric(const Stage& stage, const MetricSpecs& metrics) {
  const std::string& kept = stage.keep().best().metric();
  std::vector<std::string> names;
  for (const MetricSpec& metric : metrics) {
    if (metric.beside_teacher || metric.better == Better::kUnknown) continue;
    if (metric.name == kept) return absl::OkStatus();
    names.push_back(metric.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("keep.best.metric: want ", absl::StrJoin(names, " or "), ", got \"", kept, "\""));
}

}  // namespace retort
