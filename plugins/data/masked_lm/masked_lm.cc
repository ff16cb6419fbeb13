#include "plugins/data/masked_lm/masked_lm.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/masking/masking.h"
#include "framework/data/masking/read_step.h"
#include "framework/data/sequences/open_sequences.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(MaskedLmData, MaskedLmDataConfig);

}  // namespace

void MaskedLmData::FillDefaults(MaskedLmDataConfig* config) {
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, min_length, 12);
  FillMasking(config);
}

void MaskedLmData::Check(const std::string& place, const MaskedLmDataConfig& config, Problems* problems) {
  if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(config.length() >= 3, place + "length", ">= 3 ([CLS], a token, [SEP])", config.length());
  problems->Want(config.min_length() >= 0 && config.min_length() <= config.length(), place + "min_length",
                 absl::StrCat("0 to length (", config.length(), ")"), config.min_length());
  CheckMasking(place, config, problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> MaskedLmData::Create(const MaskedLmDataConfig& config,
                                                                   const TrainingDataContext&) {
  return std::make_unique<MaskedLmData>(config);
}

ModelNeeds MaskedLmData::needs() const {
  ModelNeeds needs;
  needs.causal = false;
  needs.longest_sequence = config_.length();
  return needs;
}

std::string MaskedLmData::Description() const { return absl::StrCat("corpus (", config_.corpus(), ")"); }

absl::StatusOr<std::unique_ptr<StepSource>> MaskedLmData::Open(const DataInputs& inputs) const {
  if (inputs.tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("masked_lm: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(auto sequences, OpenSequences({LmKind::kMasked, config_.corpus(), Split::kTrain,
                                                         config_.length(), config_.min_length()},
                                                        inputs.tokenizer, inputs.cache));
  return MaskedLmSource::Create(config_, inputs.batch, std::move(sequences), inputs.tokenizer, inputs.data_seed);
}

absl::StatusOr<std::unique_ptr<StepSource>> MaskedLmSource::Create(const MaskedLmDataConfig& config,
                                                                   const BatchSpec& batch,
                                                                   std::shared_ptr<const SequenceSet> sequences,
                                                                   const Tokenizer& tokenizer, uint64_t data_seed) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Sampler> sampler, MakeSampler(sequences->Lengths(), batch, data_seed));
  const MaskingContext context{data_seed, tokenizer.vocabulary_size(), tokenizer.special_ids()};
  Masker masker(MaskingRuleOf(config), batch.micro_batches(), context,
                [&] { return PieceCounts(*sequences, tokenizer.vocabulary_size()); });
  return std::unique_ptr<StepSource>(new MaskedLmSource(std::move(masker), std::move(sequences), std::move(sampler)));
}

MaskedLmSource::MaskedLmSource(Masker masker, std::shared_ptr<const SequenceSet> sequences,
                               std::unique_ptr<Sampler> sampler)
    : SampledSource(std::move(sampler)), masker_(std::move(masker)), sequences_(std::move(sequences)) {}

StepBatch MaskedLmSource::Read(const StepSamples& samples) const {
  StepBatch step = ReadStep(*sequences_, samples.samples, samples.epoch);
  masker_.Mask(&step);
  return step;
}

double MaskedLmSource::LabelledShare(int64_t sequences, int64_t tokens) const {
  constexpr int64_t kSpecials = 2;  // [CLS] and [SEP].
  return masker_.LabelledShare(tokens, kSpecials * sequences);
}

}  // namespace retort
