#ifndef RETORT_PLUGINS_EVALUATION_NEXT_SENTENCE_NEXT_SENTENCE_H_
#define RETORT_PLUGINS_EVALUATION_NEXT_SENTENCE_NEXT_SENTENCE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/eval/evaluator.h"
#include "plugins/evaluation/next_sentence/next_sentence.pb.h"

namespace retort {

// How well models with BERT's two heads of pre-training tell whether a text follows another, and masked pieces. Pair by
// pair:
//
//   next_sentence/accuracy                  1 if the class has the larger logit
//   next_sentence/cross_entropy             -log p(class)                          nats
//   next_sentence/masked_lm_cross_entropy   -log p(piece) over masked positions    nats
//   next_sentence/masked_lm_accuracy        1 if the piece has the largest logit
//
// The pairs are those of epoch 0 of SentencePairs; a larger number keeps the pairs of a smaller one.
class NextSentenceEvaluation final : public Evaluator {
 public:
  static constexpr char kPrimaryMetric[] = "next_sentence/accuracy";
  static void FillDefaults(const google::protobuf::Message* data, NextSentenceEvaluationConfig* config);
  static void Check(const std::string& place, const NextSentenceEvaluationConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const NextSentenceEvaluationConfig& config,
                                                           const EvaluatorContext& context);

  explicit NextSentenceEvaluation(NextSentenceEvaluationConfig config) : config_(std::move(config)) {}

  MetricSpecs metrics() const override;
  ModelNeeds needs() const override;
  absl::StatusOr<std::vector<std::string>> Classes(DataCache* cache) const override;
  std::string split() const override { return config_.split(); }
  bool reads_teacher() const override { return false; }

  // Errors: those of corpora and of SentencePairs; InvalidArgument for an unknown split, for more pairs than there are,
  // and for a tokenizer without a piece for masked tokens.
  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const override;

 private:
  const NextSentenceEvaluationConfig config_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_NEXT_SENTENCE_NEXT_SENTENCE_H_
