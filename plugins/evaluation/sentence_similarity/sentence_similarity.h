#ifndef RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_SIMILARITY_H_
#define RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_SIMILARITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/sentences/sentence_pooling.h"
#include "framework/eval/sentences/sentence_reading.h"
#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"
#include "plugins/evaluation/sentence_similarity/sentence_similarity.pb.h"

namespace retort {

// How well models rank sentence pairs without any fine-tuning: Spearman's correlation of the cosine of their embeddings
// (framework/eval/sentences/sentence_embeddings.h) with people's scores, as in Reimers and Gurevych 2019,
// arXiv:1908.10084.
class SentenceSimilarityEvaluation final : public Evaluator {
 public:
  static constexpr char kPrimaryMetric[] = "sentence_similarity/spearman";
  static void FillDefaults(const google::protobuf::Message* data, SentenceSimilarityEvaluationConfig* config);
  static void Check(const std::string& place, const SentenceSimilarityEvaluationConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const SentenceSimilarityEvaluationConfig& config,
                                                           const EvaluatorContext& context);

  explicit SentenceSimilarityEvaluation(SentenceSimilarityEvaluationConfig config) : config_(std::move(config)) {}

  MetricSpecs metrics() const override;
  ModelNeeds needs() const override;
  std::string split() const override { return "report"; }
  bool reads_teacher() const override { return false; }

  // Errors: what the folder says of pooling, length, prompt and case where the configuration says nothing and that is
  // not the default.
  absl::Status CheckFolder(const std::string& folder) const override;

  // Errors: those of TokenizePairs.
  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const override;

 private:
  const SentenceSimilarityEvaluationConfig config_;
};

// A pair's values are its jackknife pseudo-values, so that their mean is the correlation of all pairs, and differences
// between models have an interval over pairs. One result per model.
std::vector<MetricScores> EvaluateSentenceSimilarity(const std::vector<EvaluatedModel>& models,
                                                     const TokenizedPairs& pairs, c10::Device device,
                                                     SentencePooling pooling = SentencePooling::kMean);

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_SENTENCE_SIMILARITY_SENTENCE_SIMILARITY_H_
