#include "plugins/evaluation/next_sentence/next_sentence.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/eq.h"
#include "ATen/ops/gather.h"
#include "ATen/ops/log_softmax.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/data/masking/masking.h"
#include "framework/data/pairs/line_documents.h"
#include "framework/data/pairs/sentence_pairs.h"
#include "framework/data/sampling/draw.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/eval/task/batch_logits.h"
#include "framework/model/config/head_spec.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(NextSentenceEvaluation, NextSentenceEvaluationConfig);

constexpr char kClassEntropy[] = "next_sentence/cross_entropy";
constexpr char kPieceEntropy[] = "next_sentence/masked_lm_cross_entropy";
constexpr char kPieceAccuracy[] = "next_sentence/masked_lm_accuracy";

// `count` pairs, chosen by a hash of seed and pair, the longest first.
std::vector<int64_t> ChoosePairs(const SentencePairs& pairs, uint64_t seed, int64_t count) {
  std::vector<std::pair<uint64_t, int64_t>> keyed;
  keyed.reserve(pairs.size());
  for (int64_t pair = 0; pair < pairs.size(); ++pair) {
    keyed.emplace_back(SortKey(Draw(seed, DrawPurpose::kHeldOut, pair, 0, 0)), pair);
  }
  std::partial_sort(keyed.begin(), keyed.begin() + count, keyed.end());
  std::vector<std::pair<int64_t, int64_t>> by_length;
  for (int64_t i = 0; i < count; ++i) {
    by_length.emplace_back(-pairs.Length(/*epoch=*/0, keyed[i].second), keyed[i].second);
  }
  std::sort(by_length.begin(), by_length.end());
  std::vector<int64_t> chosen;
  for (const auto& [negative_length, pair] : by_length) chosen.push_back(pair);
  return chosen;
}

void Append(const at::Tensor& values, ExampleScores* scores) {
  const at::Tensor doubles = values.to(at::kDouble).contiguous();
  const double* const begin = doubles.data_ptr<double>();
  scores->sum.insert(scores->sum.end(), begin, begin + doubles.numel());
  scores->count.resize(scores->sum.size(), 1);
}

void ScoreClasses(const EvaluatedModel& model, const Batch& batch, MetricScores* scores) {
  const at::Tensor logits = BatchLogits(model, HeadKind::kClasses, batch);
  const at::Tensor classes = batch.classes.to(at::kCPU);
  Append(at::eq(at::argmax(logits, 1), classes), &(*scores)[NextSentenceEvaluation::kPrimaryMetric]);
  Append(-at::gather(at::log_softmax(logits, 1), 1, classes.unsqueeze(1)).squeeze(1), &(*scores)[kClassEntropy]);
}

class HeldOutPairs final : public HeldOutExamples {
 public:
  HeldOutPairs(std::shared_ptr<const SentencePairs> pairs, std::vector<int64_t> chosen, const MaskingContext& masking,
               std::string key)
      : pairs_(std::move(pairs)), chosen_(std::move(chosen)), masking_(masking), key_(std::move(key)) {}

  std::string Key() const override { return key_; }

  std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>&,
                                  c10::Device device) const override {
    at::NoGradGuard no_grad;
    std::vector<MetricScores> scores(models.size()), of_pieces(models.size());
    const auto all = static_cast<int64_t>(chosen_.size());
    for (int64_t begin = 0, end = 0; begin < all; begin = end) {
      const int64_t most = kPositionsAtOnce / pairs_->Length(/*epoch=*/0, chosen_[begin]);
      end = std::min(all, begin + std::clamp<int64_t>(most, 1, kSequencesAtOnce));
      const Batch batch = Read(begin, end).Slice(0, end - begin, device);
      for (size_t m = 0; m < models.size(); ++m) ScoreClasses(models[m], batch, &scores[m]);
      ScoreLmBatch(models, /*teacher=*/std::nullopt, LmKind::kMasked, batch, &of_pieces);
    }
    for (size_t m = 0; m < models.size(); ++m) {
      scores[m][kPieceEntropy] = of_pieces[m].at(LmMetric(LmKind::kMasked, kCrossEntropy));
      scores[m][kPieceAccuracy] = of_pieces[m].at(LmMetric(LmKind::kMasked, kAccuracy));
    }
    return scores;
  }

 private:
  StepBatch Read(int64_t begin, int64_t end) const {
    StepBatch step = pairs_->Read(/*epoch=*/0, absl::MakeConstSpan(chosen_).subspan(begin, end - begin));
    MaskBert(MaskingOptions(), masking_, 0, end - begin, &step);
    return step;
  }

  const std::shared_ptr<const SentencePairs> pairs_;
  const std::vector<int64_t> chosen_;
  const MaskingContext masking_;
  const std::string key_;
};

}  // namespace

void NextSentenceEvaluation::FillDefaults(const google::protobuf::Message* data, NextSentenceEvaluationConfig* config) {
  InheritField(data, "corpus", config);
  InheritField(data, "length", config);
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, split, "report");
  RETORT_DEFAULT(config, sequences, 512);
  RETORT_DEFAULT(config, pair_seed, 0);
}

void NextSentenceEvaluation::Check(const std::string& place, const NextSentenceEvaluationConfig& config,
                                   Problems* problems) {
  if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(config.length() >= 5, place + "length", ">= 5 ([CLS], a token, [SEP], a token, [SEP])",
                 config.length());
  problems->Want(ParseSplit(config.split()).ok(), place + "split", "train, select or report",
                 absl::StrCat("\"", config.split(), "\""));
  problems->Positive(place + "sequences", config.sequences());
}

absl::StatusOr<std::unique_ptr<Evaluator>> NextSentenceEvaluation::Create(const NextSentenceEvaluationConfig& config,
                                                                          const EvaluatorContext&) {
  return std::make_unique<NextSentenceEvaluation>(config);
}

MetricSpecs NextSentenceEvaluation::metrics() const {
  return {
      {kPrimaryMetric, "next-sentence accuracy", Percent(), Better::kHigher, "pair"},
      {kClassEntropy, "next-sentence cross-entropy", Nats(), Better::kLower, "pair"},
      {kPieceEntropy, "masked-LM cross-entropy", Nats(), Better::kLower, "pair"},
      {kPieceAccuracy, "masked-LM accuracy", Percent(), Better::kHigher, "pair"},
  };
}

ModelNeeds NextSentenceEvaluation::needs() const {
  ModelNeeds needs;
  needs.heads = {HeadKind::kVocabulary, HeadKind::kClasses};
  needs.causal = false;
  needs.longest_sequence = config_.length();
  return needs;
}

absl::StatusOr<std::vector<std::string>> NextSentenceEvaluation::Classes(DataCache*) const {
  return NextSentenceClasses();
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> NextSentenceEvaluation::Open(
    const EvaluationInputs& inputs) const {
  const Tokenizer& tokenizer = inputs.tokenizer;
  if (tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError(
        "next_sentence: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(const Split split, ParseSplit(config_.split()));
  RETORT_ASSIGN_OR_RETURN(auto documents, OpenLineDocuments(config_.corpus(), split, tokenizer, inputs.cache));
  SentencePairOptions options;
  options.length = config_.length();
  options.seed = config_.pair_seed();
  RETORT_ASSIGN_OR_RETURN(auto pairs, SentencePairs::Create(std::move(documents), options, tokenizer));
  if (pairs->size() < config_.sequences()) {
    return absl::InvalidArgumentError(absl::StrCat("sequences: want at most the ", pairs->size(),
                                                   " pairs of the held-out split, got ", config_.sequences()));
  }
  const std::string key = absl::StrCat(pairs->content_hash(), " ", config_.length(), " ", config_.sequences(), " ",
                                       config_.pair_seed(), " ", tokenizer.Fingerprint());
  std::vector<int64_t> chosen = ChoosePairs(*pairs, config_.pair_seed(), config_.sequences());
  const MaskingContext masking{config_.pair_seed(), tokenizer.vocabulary_size(), tokenizer.special_ids()};
  return std::make_shared<HeldOutPairs>(std::move(pairs), std::move(chosen), masking, key);
}

}  // namespace retort
