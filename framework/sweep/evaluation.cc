#include "framework/sweep/evaluation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/held_out.h"
#include "framework/data/lm_kind.h"
#include "framework/data/sequence_set.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/eval/sentence_similarity.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr int64_t kMinLength = 12;  // Of sequences that a masked model is evaluated on.

// What the evaluation of a language model reads.
struct HeldOutSpec {
  SequenceSpec sequences;
  int64_t count = 0;  // So many of them ...
  uint64_t seed = 0;  // ... chosen, and masked, by this.
};

absl::StatusOr<HeldOutSpec> HeldOutOf(const Stage& stage) {
  HeldOutSpec spec;
  const auto read = [&](LmKind kind, const auto& evaluation, uint64_t seed) {
    spec.sequences = {kind, evaluation.corpus(), Split::kReport, evaluation.length(), 0};
    spec.count = evaluation.sequences();
    spec.seed = seed;
  };
  if (stage.evaluation().has_masked_lm()) {
    read(LmKind::kMasked, stage.evaluation().masked_lm(), stage.evaluation().masked_lm().mask_seed());
    spec.sequences.min_length = std::min(kMinLength, spec.sequences.length);
  } else if (stage.evaluation().has_causal_lm()) {
    read(LmKind::kCausal, stage.evaluation().causal_lm(), stage.evaluation().causal_lm().seed());
  } else {
    spec.sequences = TrainingSequences(stage.data());
    spec.count = stage.evaluate().sequences();
  }
  RETORT_ASSIGN_OR_RETURN(spec.sequences.split, ParseSplit(EvaluationSplit(stage)));
  return spec;
}

absl::StatusOr<HeldOut> MakeHeldOut(const HeldOutSpec& spec, const VocabularyInput& vocabulary, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(auto sequences, inputs->Sequences(spec.sequences, vocabulary));
  MaskingContext context;
  context.data_seed = spec.seed;
  context.vocabulary_size = vocabulary.tokenizer->vocabulary_size();
  context.special_ids = vocabulary.tokenizer->special_ids();
  return HeldOut(std::move(sequences), spec.count, context);
}

}  // namespace

bool EvaluationReadsLogits(const Stage& stage) { return !stage.evaluation().has_sentence_similarity(); }

LmKind EvaluationKind(const Stage& stage) {
  if (!stage.has_evaluation()) return TrainingSequences(stage.data()).kind;
  return stage.evaluation().has_causal_lm() ? LmKind::kCausal : LmKind::kMasked;
}

int64_t EvaluationLength(const Stage& stage) {
  switch (stage.evaluation().kind_case()) {
    case Evaluation::kMaskedLm:
      return stage.evaluation().masked_lm().length();
    case Evaluation::kCausalLm:
      return stage.evaluation().causal_lm().length();
    case Evaluation::kSentenceSimilarity:
      return stage.evaluation().sentence_similarity().length();
    case Evaluation::KIND_NOT_SET:
      return TrainingSequences(stage.data()).length;
  }
  LOG(FATAL) << "no evaluation " << stage.evaluation().kind_case();
}

std::vector<std::string> EvaluationMetrics(const Stage& stage) {
  if (!EvaluationReadsLogits(stage)) return {kSentenceSimilaritySpearman};
  std::vector<std::string> metrics;
  for (const char* metric : {kCrossEntropy, kAccuracy, kKlToTeacher}) {
    metrics.push_back(LmMetric(EvaluationKind(stage), metric));
  }
  return metrics;
}

std::string EvaluationSplit(const Stage& stage) {
  switch (stage.evaluation().kind_case()) {
    case Evaluation::kMaskedLm:
      return stage.evaluation().masked_lm().split();
    case Evaluation::kCausalLm:
      return stage.evaluation().causal_lm().split();
    case Evaluation::kSentenceSimilarity:
      return std::string(SplitName(Split::kReport));
    case Evaluation::KIND_NOT_SET:
      return stage.evaluate().split();
  }
  LOG(FATAL) << "no evaluation " << stage.evaluation().kind_case();
}

absl::Status AddEvaluationParts(const Stage& stage, const VocabularyInput& vocabulary, Inputs* inputs,
                                KeyBuilder* key) {
  if (stage.evaluation().has_sentence_similarity()) {
    RETORT_ASSIGN_OR_RETURN(const TokenizedPairs* pairs,
                            inputs->Pairs(stage.evaluation().sentence_similarity(), vocabulary));
    key->Add("sentence pairs", pairs->content_hash);
    return absl::OkStatus();
  }
  if (EvaluationKind(stage) == LmKind::kMasked && vocabulary.tokenizer->special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("masked_lm: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(const HeldOutSpec spec, HeldOutOf(stage));
  RETORT_ASSIGN_OR_RETURN(const auto sequences, inputs->Sequences(spec.sequences, vocabulary));
  if (sequences->size() < spec.count) {
    return absl::InvalidArgumentError(absl::StrCat(stage.has_evaluation() ? "evaluation" : "evaluate",
                                                   ": sequences: want at most the ", sequences->size(),
                                                   " of the held-out split, got ", spec.count));
  }
  key->Add("held-out data", sequences->content_hash());
  key->Add("held-out sequences", spec.count);
  key->Add("held-out seed", spec.seed);
  return absl::OkStatus();
}

absl::StatusOr<Evaluator> MakeEvaluator(const Stage& stage, const VocabularyInput& vocabulary, c10::Device device,
                                        Inputs* inputs) {
  if (stage.evaluation().has_sentence_similarity()) {
    RETORT_ASSIGN_OR_RETURN(const TokenizedPairs* pairs,
                            inputs->Pairs(stage.evaluation().sentence_similarity(), vocabulary));
    return Evaluator([pairs, device](const auto& models, const auto&) {
      return EvaluateSentenceSimilarity(models, *pairs, device);
    });
  }
  RETORT_ASSIGN_OR_RETURN(const HeldOutSpec spec, HeldOutOf(stage));
  RETORT_ASSIGN_OR_RETURN(HeldOut held_out, MakeHeldOut(spec, vocabulary, inputs));
  return Evaluator([held_out = std::move(held_out), device](const auto& models, const auto& teacher) {
    return EvaluateLm(models, teacher, held_out, device);
  });
}

}  // namespace retort
