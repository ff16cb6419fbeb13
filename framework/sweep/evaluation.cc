#include "framework/sweep/evaluation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/held_out.h"
#include "framework/data/sequence_set.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/eval/sentence_similarity.h"

namespace retort {
namespace {

// The split, sequences and masks of the evaluation of a language model.
struct HeldOutSpec {
  std::string corpus;
  Split split = Split::kReport;
  int64_t length = 0;
  int64_t min_length = 0;
  int64_t sequences = 0;
  uint64_t mask_seed = 0;
};

absl::StatusOr<HeldOutSpec> HeldOutOf(const Stage& stage) {
  HeldOutSpec spec;
  const MaskedLmData& data = stage.data().masked_lm();
  RETORT_ASSIGN_OR_RETURN(spec.split, ParseSplit(EvaluationSplit(stage)));
  spec.length = EvaluationLength(stage);
  if (stage.has_evaluation()) {
    const MaskedLmEvaluation& evaluation = stage.evaluation().masked_lm();
    spec.corpus = evaluation.corpus();
    spec.sequences = evaluation.sequences();
    spec.mask_seed = evaluation.mask_seed();
  } else {
    spec.corpus = data.corpus();
    spec.sequences = stage.evaluate().sequences();
  }
  spec.min_length = std::min<int64_t>(data.has_min_length() ? data.min_length() : 12, spec.length);
  return spec;
}

absl::StatusOr<std::shared_ptr<const SequenceSet>> HeldOutSet(const HeldOutSpec& spec,
                                                              const VocabularyInput& vocabulary, Inputs* inputs) {
  return inputs->Sequences(spec.corpus, spec.split, spec.length, spec.min_length, vocabulary);
}

absl::StatusOr<HeldOut> MakeHeldOut(const HeldOutSpec& spec, const VocabularyInput& vocabulary, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(auto sequences, HeldOutSet(spec, vocabulary, inputs));
  MaskingContext context;
  context.data_seed = spec.mask_seed;
  context.vocabulary_size = vocabulary.tokenizer->vocabulary_size();
  context.special_ids = vocabulary.tokenizer->special_ids();
  return HeldOut(std::move(sequences), spec.sequences, context);
}

}  // namespace

bool EvaluationReadsLogits(const Stage& stage) { return !stage.evaluation().has_sentence_similarity(); }

int64_t EvaluationLength(const Stage& stage) {
  if (!stage.has_evaluation()) return stage.data().masked_lm().length();
  const Evaluation& evaluation = stage.evaluation();
  return evaluation.has_sentence_similarity() ? evaluation.sentence_similarity().length()
                                              : evaluation.masked_lm().length();
}

std::string EvaluationSplit(const Stage& stage) {
  if (!stage.has_evaluation()) return stage.evaluate().split();
  return stage.evaluation().has_sentence_similarity() ? std::string(SplitName(Split::kReport))
                                                      : stage.evaluation().masked_lm().split();
}

absl::Status AddEvaluationParts(const Stage& stage, const VocabularyInput& vocabulary, Inputs* inputs,
                                KeyBuilder* key) {
  if (stage.evaluation().has_sentence_similarity()) {
    RETORT_ASSIGN_OR_RETURN(const TokenizedPairs* pairs,
                            inputs->Pairs(stage.evaluation().sentence_similarity(), vocabulary));
    key->Add("sentence pairs", pairs->content_hash);
    return absl::OkStatus();
  }
  if (vocabulary.tokenizer->special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("masked_lm: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(const HeldOutSpec spec, HeldOutOf(stage));
  RETORT_ASSIGN_OR_RETURN(const auto sequences, HeldOutSet(spec, vocabulary, inputs));
  if (sequences->size() < spec.sequences) {
    return absl::InvalidArgumentError(absl::StrCat("sequences: want at most the ", sequences->size(),
                                                   " of the held-out split, got ", spec.sequences));
  }
  key->Add("held-out data", sequences->content_hash());
  key->Add("held-out sequences", spec.sequences);
  key->Add("held-out mask seed", spec.mask_seed);
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
