#ifndef RETORT_PLUGINS_DATA_MASKED_LM_MASKED_LM_H_
#define RETORT_PLUGINS_DATA_MASKED_LM_MASKED_LM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/data/masking/masker.h"
#include "framework/data/sampling/sampled_source.h"
#include "framework/data/sequences/sequence_set.h"
#include "framework/data/training_data.h"
#include "plugins/data/masked_lm/masked_lm.pb.h"

namespace retort {

// Sequences of a corpus with masks for masked language models (Devlin et al. 2019, arXiv:1810.04805), or without any.
class MaskedLmData final : public TrainingData {
 public:
  static std::string Evaluation(const MaskedLmDataConfig&) { return "masked_lm"; }
  static std::vector<std::string> Paths() { return {"corpus"}; }
  static void FillDefaults(MaskedLmDataConfig* config);
  static void Check(const std::string& place, const MaskedLmDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const MaskedLmDataConfig& config,
                                                              const TrainingDataContext& context);

  explicit MaskedLmData(MaskedLmDataConfig config) : config_(std::move(config)) {}

  ModelNeeds needs() const override;
  std::string Description() const override;

  // Errors: InvalidArgument for a tokenizer without a piece for masked tokens, whatever is masked: the evaluation of
  // such data masks.
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const override;

 private:
  const MaskedLmDataConfig config_;
};

// The steps of masked language models' training on some sequences.
class MaskedLmSource final : public SampledSource {
 public:
  // `config` and `batch` have their defaults. `sequences` were made as `config` says from ids of `tokenizer`, which is
  // not kept. distilbert_masking reads all sequences here, to count their pieces. Errors: those of MakeSampler.
  static absl::StatusOr<std::unique_ptr<StepSource>> Create(const MaskedLmDataConfig& config, const BatchSpec& batch,
                                                            std::shared_ptr<const SequenceSet> sequences,
                                                            const Tokenizer& tokenizer, uint64_t data_seed);

  double LabelledShare(int64_t sequences, int64_t tokens) const override;
  uint64_t content_hash() const override { return sequences_->content_hash(); }

 protected:
  StepBatch Read(const StepSamples& samples) const override;
  int64_t Length(int64_t sample) const override { return sequences_->Length(sample); }

 private:
  MaskedLmSource(Masker masker, std::shared_ptr<const SequenceSet> sequences, std::unique_ptr<Sampler> sampler);

  const Masker masker_;
  const std::shared_ptr<const SequenceSet> sequences_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_MASKED_LM_MASKED_LM_H_
