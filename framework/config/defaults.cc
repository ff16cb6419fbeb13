#include "framework/config/defaults.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace retort {
namespace {

// Positions per sequence.
constexpr int32_t kBertPositions = 128;   // Of most of BERT's training.
constexpr int32_t kGpt2Positions = 1024;  // GPT-2's context.

// Writes `value` into an optional field that is absent.
#define RETORT_DEFAULT(message, field, value)                       \
  do {                                                              \
    if (!(message)->has_##field()) (message)->set_##field((value)); \
  } while (false)

// BERT-base, Devlin et al. 2019, section 3.
void FillBertArchitecture(Architecture* architecture) {
  RETORT_DEFAULT(architecture, family, "bert");
  RETORT_DEFAULT(architecture, layers, 12);
  RETORT_DEFAULT(architecture, hidden_size, 768);
  RETORT_DEFAULT(architecture, heads, 12);
  RETORT_DEFAULT(architecture, intermediate_size, 3072);
  RETORT_DEFAULT(architecture, max_positions, 512);
  RETORT_DEFAULT(architecture, token_types, true);
  RETORT_DEFAULT(architecture, pooler, true);
  RETORT_DEFAULT(architecture, language_model_head, true);
  RETORT_DEFAULT(architecture, hidden_dropout, 0.1);
  RETORT_DEFAULT(architecture, attention_dropout, 0.1);
  RETORT_DEFAULT(architecture, layer_norm_epsilon, 1e-12);
  RETORT_DEFAULT(architecture, initializer_range, 0.02);
}

// GPT-2 small, Radford et al. 2019, where it differs from BERT-base.
void FillGpt2Architecture(Architecture* architecture) {
  RETORT_DEFAULT(architecture, max_positions, kGpt2Positions);
  RETORT_DEFAULT(architecture, token_types, false);
  RETORT_DEFAULT(architecture, pooler, false);
  RETORT_DEFAULT(architecture, layer_norm_epsilon, 1e-5);
}

void FillStudent(Experiment* experiment) {
  Architecture* architecture = experiment->mutable_student()->mutable_architecture();
  if (architecture->family() == "distilbert") {
    RETORT_DEFAULT(architecture, token_types, false);
    RETORT_DEFAULT(architecture, pooler, false);
  }
  if (experiment->has_teacher()) return;
  if (architecture->family() == "gpt2") FillGpt2Architecture(architecture);
  FillBertArchitecture(architecture);
}

template <typename Masking>
void FillMasking(Masking* masking) {
  RETORT_DEFAULT(masking, rate, 0.15);
  RETORT_DEFAULT(masking, mask_share, 0.8);
  RETORT_DEFAULT(masking, random_share, 0.1);
}

void FillMaskedLmData(MaskedLmData* data) {
  RETORT_DEFAULT(data, length, kBertPositions);
  RETORT_DEFAULT(data, min_length, 12);
  RETORT_DEFAULT(data, mask_scope, STEP);
  if (data->masking_case() == MaskedLmData::MASKING_NOT_SET) data->mutable_bert_masking();
  if (data->has_bert_masking()) FillMasking(data->mutable_bert_masking());
  if (data->has_distilbert_masking()) {
    FillMasking(data->mutable_distilbert_masking());
    RETORT_DEFAULT(data->mutable_distilbert_masking(), smoothing, 0.7);
  }
}

void FillData(Data* data) {
  if (data->has_masked_lm()) FillMaskedLmData(data->mutable_masked_lm());
  if (data->has_causal_lm()) RETORT_DEFAULT(data->mutable_causal_lm(), length, kGpt2Positions);
}

void FillOptimizer(Stage* stage) {
  if (stage->has_adamw()) {
    AdamW* adamw = stage->mutable_adamw();
    RETORT_DEFAULT(adamw, beta1, 0.9);
    RETORT_DEFAULT(adamw, beta2, 0.999);
    RETORT_DEFAULT(adamw, epsilon, 1e-8);
    RETORT_DEFAULT(adamw, weight_decay, 0);
  }
  if (stage->schedule_case() == Stage::SCHEDULE_NOT_SET) stage->mutable_constant();
  if (stage->has_constant()) RETORT_DEFAULT(stage->mutable_constant(), warmup, 0);
  if (stage->has_linear()) RETORT_DEFAULT(stage->mutable_linear(), warmup, 0);
  if (stage->has_cosine()) RETORT_DEFAULT(stage->mutable_cosine(), warmup, 0);
  RETORT_DEFAULT(stage, clip_norm, 0);
}

void FillTraining(Stage* stage) {
  FillData(stage->mutable_data());
  RETORT_DEFAULT(stage->mutable_batch(), micro_batches, 1);
  RETORT_DEFAULT(stage->mutable_batch(), group_by_length, true);
  for (Loss& loss : *stage->mutable_loss()) RETORT_DEFAULT(&loss, weight, 1);
  FillOptimizer(stage);
  RETORT_DEFAULT(stage, normalization, PER_STEP);
  if (stage->has_evaluate()) {
    RETORT_DEFAULT(stage->mutable_evaluate(), split, "select");
    RETORT_DEFAULT(stage->mutable_evaluate(), sequences, 128);
  }
  if (stage->keep().choice_case() == Keep::CHOICE_NOT_SET) stage->mutable_keep()->mutable_last();
  RETORT_DEFAULT(stage, checkpoint_steps, 100);
}

// The stage called `from` ("@name") among the first `before` stages, or null.
const Stage* TrainingStage(const Experiment& experiment, absl::string_view from, int before) {
  for (int i = 0; i < before; ++i) {
    if (experiment.stage(i).name() == absl::StripPrefix(from, "@")) return &experiment.stage(i);
  }
  return nullptr;
}

template <typename LmData, typename LmEvaluation>
void FillFromData(const LmData& data, LmEvaluation* evaluation) {
  if (data.has_corpus()) RETORT_DEFAULT(evaluation, corpus, data.corpus());
  RETORT_DEFAULT(evaluation, length, data.length());
}

// What evaluations of language models have in common. `data`: of the stage evaluated.
template <typename LmEvaluation>
void FillLmEvaluation(const Data& data, int32_t length, LmEvaluation* evaluation) {
  if (data.has_masked_lm()) FillFromData(data.masked_lm(), evaluation);
  if (data.has_causal_lm()) FillFromData(data.causal_lm(), evaluation);
  RETORT_DEFAULT(evaluation, length, length);
  RETORT_DEFAULT(evaluation, split, "report");
  RETORT_DEFAULT(evaluation, sequences, 512);
}

void FillEvaluation(const Experiment& experiment, int index, Stage* stage) {
  const Stage* evaluated = TrainingStage(experiment, stage->from(), index);
  const Data data = evaluated == nullptr ? Data() : evaluated->data();
  Evaluation* evaluation = stage->mutable_evaluation();
  if (evaluation->has_sentence_similarity()) {
    RETORT_DEFAULT(evaluation->mutable_sentence_similarity(), length, kBertPositions);
  }
  if (evaluation->has_masked_lm()) {
    FillLmEvaluation(data, kBertPositions, evaluation->mutable_masked_lm());
    RETORT_DEFAULT(evaluation->mutable_masked_lm(), mask_seed, 0);
  }
  if (evaluation->has_causal_lm()) {
    FillLmEvaluation(data, kGpt2Positions, evaluation->mutable_causal_lm());
    RETORT_DEFAULT(evaluation->mutable_causal_lm(), seed, 0);
  }
}

}  // namespace

void FillDefaults(Experiment* experiment) {
  if (experiment->has_teacher() && !experiment->teacher().has_dropout())
    experiment->mutable_teacher()->set_dropout(false);
  FillStudent(experiment);
  std::string trained;  // The last training stage so far.
  for (int i = 0; i < experiment->stage_size(); ++i) {
    Stage* stage = experiment->mutable_stage(i);
    if (!trained.empty()) RETORT_DEFAULT(stage, from, absl::StrCat("@", trained));
    RETORT_DEFAULT(stage, precision, AUTO);
    RETORT_DEFAULT(stage, row_chunk, 512);
    if (stage->has_evaluation()) {
      FillEvaluation(*experiment, i, stage);
    } else {
      FillTraining(stage);
      trained = stage->name();
    }
  }
}

#undef RETORT_DEFAULT

}  // namespace retort
