#ifndef RETORT_PLUGINS_DATA_CAUSAL_LM_CAUSAL_LM_H_
#define RETORT_PLUGINS_DATA_CAUSAL_LM_CAUSAL_LM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/sampling/sampled_source.h"
#include "framework/data/sequences/sequence_set.h"
#include "framework/data/training_data.h"
#include "plugins/data/causal_lm/causal_lm.pb.h"

namespace retort {

// Blocks of a corpus whose labels are the next ids (Radford et al. 2019).
class CausalLmData final : public TrainingData {
 public:
  static std::string Evaluation(const CausalLmDataConfig&) { return "causal_lm"; }
  static std::vector<std::string> Paths() { return {"corpus"}; }
  static void FillDefaults(CausalLmDataConfig* config);
  static void Check(const std::string& place, const CausalLmDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const CausalLmDataConfig& config,
                                                              const TrainingDataContext& context);

  explicit CausalLmData(CausalLmDataConfig config) : config_(std::move(config)) {}

  ModelNeeds needs() const override;
  std::string Description() const override;
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const override;

 private:
  const CausalLmDataConfig config_;
};

// The steps of causal language models' training on some blocks.
class CausalLmSource final : public SampledSource {
 public:
  // `batch` has its defaults. Errors: those of MakeSampler.
  static absl::StatusOr<std::unique_ptr<StepSource>> Create(const BatchSpec& batch,
                                                            std::shared_ptr<const SequenceSet> blocks,
                                                            uint64_t data_seed);

  double LabelledShare(int64_t sequences, int64_t tokens) const override;
  uint64_t content_hash() const override { return blocks_->content_hash(); }

 protected:
  StepBatch Read(const StepSamples& samples) const override;
  int64_t Length(int64_t sample) const override { return blocks_->Length(sample); }

 private:
  CausalLmSource(std::shared_ptr<const SequenceSet> blocks, std::unique_ptr<Sampler> sampler)
      : SampledSource(std::move(sampler)), blocks_(std::move(blocks)) {}

  const std::shared_ptr<const SequenceSet> blocks_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_CAUSAL_LM_CAUSAL_LM_H_
