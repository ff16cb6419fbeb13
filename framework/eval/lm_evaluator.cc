#include "framework/eval/lm_evaluator.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/masking/held_out.h"
#include "framework/data/sequences/open_sequences.h"
#include "framework/eval/lm_evaluation.h"

namespace retort {
namespace {

class LmExamples final : public HeldOutExamples {
 public:
  LmExamples(HeldOut held_out, std::string key) : held_out_(std::move(held_out)), key_(std::move(key)) {}

  std::string Key() const override { return key_; }

  std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models,
                                  const std::optional<EvaluatedModel>& teacher, c10::Device device) const override {
    return EvaluateLm(models, teacher, held_out_, device);
  }

 private:
  const HeldOut held_out_;
  const std::string key_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> LmEvaluator::Open(const EvaluationInputs& inputs) const {
  const Tokenizer& tokenizer = inputs.tokenizer;
  if (spec_.kind == LmKind::kMasked && tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("masked_lm: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(const Split split, ParseSplit(spec_.split));
  RETORT_ASSIGN_OR_RETURN(
      auto sequences,
      OpenSequences({spec_.kind, spec_.corpus, split, spec_.length, spec_.min_length}, tokenizer, inputs.cache));
  if (sequences->size() < spec_.sequences) {
    return absl::InvalidArgumentError(absl::StrCat("sequences: want at most the ", sequences->size(),
                                                   " of the held-out split, got ", spec_.sequences));
  }
  const std::string key =
      absl::StrCat(sequences->content_hash(), " ", spec_.sequences, " ", spec_.seed, " ", tokenizer.Fingerprint());
  const MaskingContext context{spec_.seed, tokenizer.vocabulary_size(), tokenizer.special_ids()};
  return std::make_shared<LmExamples>(HeldOut(std::move(sequences), spec_.sequences, context), key);
}

MetricSpecs LmEvaluator::metrics() const {
  const LmKind kind = spec_.kind;
  return {
      {LmMetric(kind, kCrossEntropy), "cross-entropy", Nats(), Better::kLower, "sequence"},
      {LmMetric(kind, kKlToTeacher), "KL to teacher", Nats(), Better::kLower, "sequence", /*beside_teacher=*/true},
      {LmMetric(kind, kAccuracy), "accuracy", Percent(), Better::kHigher, "sequence"},
  };
}

ModelNeeds LmEvaluator::needs() const {
  ModelNeeds needs;
  needs.heads = {HeadKind::kVocabulary};
  needs.causal = spec_.kind == LmKind::kCausal;
  needs.longest_sequence = spec_.length;
  return needs;
}

void CheckLmEvaluator(const std::string& place, const LmEvaluatorSpec& spec, Problems* problems) {
  const bool causal = spec.kind == LmKind::kCausal;
  if (spec.corpus.empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(spec.length >= (causal ? 2 : 3), place + "length",
                 causal ? ">= 2 (a token and the next)" : ">= 3 ([CLS], a token, [SEP])", spec.length);
  problems->Want(ParseSplit(spec.split).ok(), place + "split", "train, select or report",
                 absl::StrCat("\"", spec.split, "\""));
  problems->Positive(place + "sequences", static_cast<double>(spec.sequences));
}

}  // namespace retort
