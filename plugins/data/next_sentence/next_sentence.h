#ifndef RETORT_PLUGINS_DATA_NEXT_SENTENCE_NEXT_SENTENCE_H_
#define RETORT_PLUGINS_DATA_NEXT_SENTENCE_NEXT_SENTENCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/masking/masker.h"
#include "framework/data/pairs/sentence_pairs.h"
#include "framework/data/sampling/sampler.h"
#include "framework/data/training_data.h"
#include "plugins/data/next_sentence/next_sentence.pb.h"

namespace retort {

// Pairs of texts of a corpus for BERT's pre-training, masked language model and next-sentence prediction together
// (Devlin et al. 2019, arXiv:1810.04805): SentencePairs (framework/data/pairs/sentence_pairs.h) with masks. The classes
// are NextSentenceClasses().
class NextSentenceData final : public TrainingData {
 public:
  static std::string Evaluation(const NextSentenceDataConfig&) { return "next_sentence"; }
  static std::vector<std::string> Paths() { return {"corpus"}; }
  static void FillDefaults(NextSentenceDataConfig* config);
  static void Check(const std::string& place, const NextSentenceDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const NextSentenceDataConfig& config,
                                                              const TrainingDataContext& context);

  explicit NextSentenceData(NextSentenceDataConfig config) : config_(std::move(config)) {}

  ModelNeeds needs() const override;
  std::string Description() const override;
  absl::StatusOr<std::vector<std::string>> Classes(DataCache* cache) const override;

  // Errors: InvalidArgument for a tokenizer without a piece for masked tokens, whatever is masked: the evaluation of
  // such data masks; those of corpora and of SentencePairs.
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const override;

 private:
  const NextSentenceDataConfig config_;
};

// The steps of BERT's pre-training on some pairs. A pair's length differs from epoch to epoch, so that batches are made
// for pairs of the longest one, and group_by_length changes nothing.
class NextSentenceSource final : public StepSource {
 public:
  // `config` and `batch` have their defaults. `pairs` were made as `config` says with `data_seed` from ids of
  // `tokenizer`, which is not kept. distilbert_masking reads all lines here, to count their pieces. Errors: those of
  // MakeSampler.
  static absl::StatusOr<std::unique_ptr<StepSource>> Create(const NextSentenceDataConfig& config,
                                                            const BatchSpec& batch,
                                                            std::shared_ptr<const SentencePairs> pairs,
                                                            const Tokenizer& tokenizer, uint64_t data_seed);

  StepBatch Step(int64_t step) const override;
  StepShape Shape(int64_t step) const override;
  double LabelledShare(int64_t sequences, int64_t tokens) const override;
  int64_t steps_per_epoch() const override { return sampler_->steps_per_epoch(); }
  uint64_t content_hash() const override { return pairs_->content_hash(); }

 private:
  NextSentenceSource(Masker masker, std::shared_ptr<const SentencePairs> pairs, std::unique_ptr<Sampler> sampler)
      : masker_(std::move(masker)), pairs_(std::move(pairs)), sampler_(std::move(sampler)) {}

  const Masker masker_;
  const std::shared_ptr<const SentencePairs> pairs_;
  const std::unique_ptr<const Sampler> sampler_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_NEXT_SENTENCE_NEXT_SENTENCE_H_
