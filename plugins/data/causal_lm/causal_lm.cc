#include "plugins/data/causal_lm/causal_lm.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/masking/read_step.h"
#include "framework/data/sequences/open_sequences.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(CausalLmData, CausalLmDataConfig);

}  // namespace

void CausalLmData::FillDefaults(CausalLmDataConfig* config) { RETORT_DEFAULT(config, length, 1024); }

void CausalLmData::Check(const std::string& place, const CausalLmDataConfig& config, Problems* problems) {
  if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(config.length() >= 2, place + "length", ">= 2 (a token and the next)", config.length());
}

absl::StatusOr<std::unique_ptr<TrainingData>> CausalLmData::Create(const CausalLmDataConfig& config,
                                                                   const TrainingDataContext&) {
  return std::make_unique<CausalLmData>(config);
}

ModelNeeds CausalLmData::needs() const {
  ModelNeeds needs;
  needs.causal = true;
  needs.longest_sequence = config_.length();
  return needs;
}

std::string CausalLmData::Description() const { return absl::StrCat("corpus (", config_.corpus(), ")"); }

absl::StatusOr<std::unique_ptr<StepSource>> CausalLmData::Open(const DataInputs& inputs) const {
  RETORT_ASSIGN_OR_RETURN(
      auto blocks, OpenSequences({LmKind::kCausal, config_.corpus(), Split::kTrain, config_.length(), /*min_length=*/0},
                                 inputs.tokenizer, inputs.cache));
  return CausalLmSource::Create(inputs.batch, std::move(blocks), inputs.data_seed);
}

absl::StatusOr<std::unique_ptr<StepSource>> CausalLmSource::Create(const BatchSpec& batch,
                                                                   std::shared_ptr<const SequenceSet> blocks,
                                                                   uint64_t data_seed) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Sampler> sampler, MakeSampler(blocks->Lengths(), batch, data_seed));
  return std::unique_ptr<StepSource>(new CausalLmSource(std::move(blocks), std::move(sampler)));
}

StepBatch CausalLmSource::Read(const StepSamples& samples) const {
  return ReadStep(*blocks_, samples.samples, samples.epoch);
}

double CausalLmSource::LabelledShare(int64_t sequences, int64_t tokens) const {
  return static_cast<double>(tokens - sequences) / static_cast<double>(tokens);  // All but the last of each block.
}

}  // namespace retort
