#include "plugins/evaluation/sentence_similarity/sentence_similarity.h"

#include <cmath>
#include <optional>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/sum.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/eval/scores/correlation.h"
#include "framework/eval/scores/jackknife.h"
#include "framework/eval/sentences/sentence_embeddings.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(SentenceSimilarityEvaluation, SentenceSimilarityEvaluationConfig);

SentencePooling PoolingOf(const SentenceSimilarityEvaluationConfig& config) {
  return static_cast<SentencePooling>(config.pooling());  // In the same order.
}

SentenceReading ReadingOf(const SentenceSimilarityEvaluationConfig& config) {
  SentenceReading reading;
  if (config.has_length()) reading.length = config.length();
  reading.prompt = config.prompt();
  reading.lower_case = config.lower_case();
  return reading;
}

// What folders say of sentences, where it is neither the default nor said in the configuration.
struct Unsaid {
  std::vector<std::string> reasons;   // "sentence_bert_config.json says length: 256"
  std::vector<std::string> fields;    // "length: 256"
  std::vector<std::string> defaults;  // "length: 128"

  void Add(const std::string& file, const char* field, const std::string& there, const std::string& otherwise) {
    reasons.push_back(absl::StrCat(file, " says ", field, ": ", there));
    fields.push_back(absl::StrCat(field, ": ", there));
    defaults.push_back(absl::StrCat(field, ": ", otherwise));
  }
};

absl::Status WithWayOut(const absl::Status& status, const char* fields) {
  return absl::Status(status.code(), absl::StrCat(status.message(), "; say in the evaluation how all models ", fields));
}

absl::Status AddPooling(const std::string& folder, Unsaid* unsaid) {
  const absl::StatusOr<FolderPooling> said = ReadFolderPooling(folder);
  if (!said.ok()) return WithWayOut(said.status(), "are pooled: pooling: MEAN, or another");
  if (said->pooling == SentencePooling::kMean) return absl::OkStatus();
  unsaid->Add(said->file, "pooling", absl::AsciiStrToUpper(SentencePoolingName(said->pooling)), "MEAN");
  return absl::OkStatus();
}

absl::Status AddReading(const std::string& folder, const SentenceSimilarityEvaluationConfig& config, Unsaid* unsaid) {
  const absl::StatusOr<FolderReading> said = ReadFolderReading(folder);
  if (!said.ok()) {
    return WithWayOut(said.status(), "read sentences: length: 128 prompt: \"\" lower_case: false, or other");
  }
  const SentenceReading& there = said->reading;
  const SentenceReading otherwise;
  if (!config.has_length() && there.length != otherwise.length) {
    unsaid->Add(said->length_file, "length", absl::StrCat(there.length), absl::StrCat(otherwise.length));
  }
  if (!config.has_prompt() && !there.prompt.empty()) {
    unsaid->Add(said->prompt_file, "prompt", absl::StrCat("\"", absl::Utf8SafeCEscape(there.prompt), "\""), "\"\"");
  }
  if (!config.has_lower_case() && there.lower_case) unsaid->Add(said->lower_case_file, "lower_case", "true", "false");
  return absl::OkStatus();
}

MetricScores Score(const EvaluatedModel& model, const TokenizedPairs& pairs, c10::Device device,
                   SentencePooling pooling) {
  const at::Tensor embeddings =
      SentenceEmbeddings(model, pairs.sentences, pairs.pad_id, device, /*chunk_sentences=*/32, pooling).to(at::kDouble);
  const at::Tensor sides = embeddings.view({pairs.size(), 2, -1});
  const at::Tensor cosine = at::sum(sides.select(1, 0) * sides.select(1, 1), {1}).contiguous();
  const absl::Span<const double> similarity(cosine.data_ptr<double>(), pairs.scores.size());
  ExampleScores scores;
  scores.sum =
      JackknifeValues(SpearmanCorrelation(similarity, pairs.scores), SpearmanWithoutEach(similarity, pairs.scores));
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

// CheckFolder asks for fields that are not said where a folder says more.
void SentenceSimilarityEvaluation::FillDefaults(const google::protobuf::Message* /*data*/,
                                                SentenceSimilarityEvaluationConfig* /*config*/) {}

void SentenceSimilarityEvaluation::Check(const std::string& place, const SentenceSimilarityEvaluationConfig& config,
                                         Problems* problems) {
  if (config.pairs().empty()) problems->Add(place + "pairs", "want a file of sentence pairs, got none");
  const int length = ReadingOf(config).length;
  problems->Want(length >= 3, place + "length", ">= 3 ([CLS], a token, [SEP])", length);
  if (config.has_most_bytes()) {
    problems->Want(config.most_bytes() > 0, place + "most_bytes", "> 0", config.most_bytes());
  }
}

absl::StatusOr<std::unique_ptr<Evaluator>> SentenceSimilarityEvaluation::Create(
    const SentenceSimilarityEvaluationConfig& config, const EvaluatorContext&) {
  return std::make_unique<SentenceSimilarityEvaluation>(config);
}

MetricSpecs SentenceSimilarityEvaluation::metrics() const {
  const std::string label = absl::StrCat("Spearman, pooling ", SentencePoolingName(PoolingOf(config_)));
  return {{kPrimaryMetric, label, Percent(), Better::kHigher, "sentence pair"}};
}

ModelNeeds SentenceSimilarityEvaluation::needs() const {
  ModelNeeds needs;
  needs.longest_sequence = ReadingOf(config_).length;
  return needs;
}

absl::Status SentenceSimilarityEvaluation::CheckFolder(const std::string& folder) const {
  Unsaid unsaid;
  if (!config_.has_pooling()) RETORT_RETURN_IF_ERROR(AddPooling(folder, &unsaid));
  if (!config_.has_length() || !config_.has_prompt() || !config_.has_lower_case()) {
    RETORT_RETURN_IF_ERROR(AddReading(folder, config_, &unsaid));
  }
  if (unsaid.fields.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("want said how sentences are read and pooled, since ", absl::StrJoin(unsaid.reasons, " and "),
                   "; say in the evaluation, for all models alike, ", absl::StrJoin(unsaid.fields, " "),
                   " as there, or ", absl::StrJoin(unsaid.defaults, " ")));
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> SentenceSimilarityEvaluation::Open(
    const EvaluationInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(
      TokenizedPairs pairs,
      TokenizePairs({config_.pairs().begin(), config_.pairs().end()}, inputs.tokenizer, ReadingOf(config_),
                    {config_.most_bytes(), "most_bytes in sentence_similarity"}));
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
