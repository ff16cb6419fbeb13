#include "plugins/evaluation/sentence_similarity/sentence_similarity.h"

#include <cmath>
#include <optional>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/sum.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/eval/scores/correlation.h"
#include "framework/eval/scores/jackknife.h"
#include "framework/eval/sentence_embeddings.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(SentenceSimilarityEvaluation, SentenceSimilarityEvaluationConfig);

SentencePooling PoolingOf(const SentenceSimilarityEvaluationConfig& config) {
  return static_cast<SentencePooling>(config.pooling());  // In the same order.
}

MetricScores Score(const EvaluatedModel& model, const TokenizedPairs& pairs, c10::Device device,
                   SentencePooling pooling) {
  const at::Tensor embeddings =
      SentenceEmbeddings(model, pairs.sentences, pairs.pad_id, device, /*chunk_sentences=*/32, pooling).to(at::kDouble);
  const at::Tensor sides = embeddings.view({pairs.size(), 2, -1});
  const at::Tensor cosine = at::sum(sides.select(1, 0) * sides.select(1, 1), {1}).contiguous();
  const absl::Span<const double> similarity(cosine.data_ptr<double>(), pairs.scores.size());
  ExampleScores scores;
  scores.sum = JackknifeValues(pairs.scores.size(), [&](absl::Span<const size_t> kept) {
    std::vector<double> x, y;
    for (size_t e : kept) {
      x.push_back(similarity[e]);
      y.push_back(pairs.scores[e]);
    }
    return SpearmanCorrelation(x, y);
  });
  LOG_IF(WARNING, scores.sum.size() < pairs.scores.size())
      << "sentence_similarity: "
      << (std::isnan(scores.sum.front()) ? "there is no correlation" : "no interval over pairs")
      << ": without one of the " << pairs.size() << " pairs, all scores or all of a model's similarities are equal";
  scores.count.assign(scores.sum.size(), 1);
  return {{SentenceSimilarityEvaluation::kPrimaryMetric, std::move(scores)}};
}

class PairExamples final : public HeldOutExamples {
 public:
  PairExamples(TokenizedPairs pairs, SentencePooling pooling) : pairs_(std::move(pairs)), pooling_(pooling) {}

  std::string Key() const override { return absl::StrCat(pairs_.content_hash); }
  std::string MeasuredOn() const override {
    return absl::StrCat(pairs_.text_hash, ", pooling ", SentencePoolingName(pooling_));
  }

  std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>&,
                                  c10::Device device) const override {
    return EvaluateSentenceSimilarity(models, pairs_, device, pooling_);
  }

 private:
  const TokenizedPairs pairs_;
  const SentencePooling pooling_;
};

}  // namespace

void SentenceSimilarityEvaluation::FillDefaults(const google::protobuf::Message*,
                                                SentenceSimilarityEvaluationConfig* config) {
  RETORT_DEFAULT(config, length, 128);
}

void SentenceSimilarityEvaluation::Check(const std::string& place, const SentenceSimilarityEvaluationConfig& config,
                                         Problems* problems) {
  if (config.pairs().empty()) problems->Add(place + "pairs", "want a file of sentence pairs, got none");
  problems->Want(config.length() >= 3, place + "length", ">= 3 ([CLS], a token, [SEP])", config.length());
}

absl::StatusOr<std::unique_ptr<Evaluator>> SentenceSimilarityEvaluation::Create(
    const SentenceSimilarityEvaluationConfig& config, const EvaluatorContext&) {
  return std::make_unique<SentenceSimilarityEvaluation>(config);
}

MetricSpecs SentenceSimilarityEvaluation::metrics() const {
  const SentencePooling pooling = PoolingOf(config_);
  const std::string label =
      pooling == SentencePooling::kMean ? "Spearman" : absl::StrCat("Spearman, pooling ", SentencePoolingName(pooling));
  return {{kPrimaryMetric, label, Percent(), Better::kHigher, "sentence pair"}};
}

ModelNeeds SentenceSimilarityEvaluation::needs() const {
  ModelNeeds needs;
  needs.longest_sequence = config_.length();
  return needs;
}

absl::Status SentenceSimilarityEvaluation::CheckFolder(const std::string& folder) const {
  if (config_.has_pooling()) return absl::OkStatus();
  constexpr char kWayOut[] = "say in the evaluation how all models are pooled: pooling: ";
  const absl::StatusOr<FolderPooling> pooling = ReadFolderPooling(folder);
  if (!pooling.ok()) {
    return absl::Status(pooling.status().code(),
                        absl::StrCat(pooling.status().message(), "; ", kWayOut, "MEAN, or another"));
  }
  if (pooling->pooling == SentencePooling::kMean) return absl::OkStatus();
  const std::string said = SentencePoolingName(pooling->pooling);
  return absl::InvalidArgumentError(absl::StrCat("pooling: want it said, since ", pooling->file,
                                                 " says not the mean but ", said, "; ", kWayOut,
                                                 absl::AsciiStrToUpper(said), " as it does, or MEAN"));
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> SentenceSimilarityEvaluation::Open(
    const EvaluationInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(TokenizedPairs pairs, TokenizePairs({config_.pairs().begin(), config_.pairs().end()},
                                                              inputs.tokenizer, config_.length()));
  return std::make_shared<PairExamples>(std::move(pairs), PoolingOf(config_));
}

std::vector<MetricScores> EvaluateSentenceSimilarity(const std::vector<EvaluatedModel>& models,
                                                     const TokenizedPairs& pairs, c10::Device device,
                                                     SentencePooling pooling) {
  std::vector<MetricScores> scores;
  for (const EvaluatedModel& model : models) scores.push_back(Score(model, pairs, device, pooling));
  return scores;
}

}  // namespace retort
