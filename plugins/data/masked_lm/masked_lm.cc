#include "plugins/data/masked_lm/masked_lm.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/batch/micro_batches.h"
#include "framework/data/masking/read_step.h"
#include "framework/data/sequences/open_sequences.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(MaskedLmData, MaskedLmDataConfig);

template <typename Masking>
void FillMasking(Masking* masking) {
  RETORT_DEFAULT(masking, rate, 0.15);
  RETORT_DEFAULT(masking, mask_share, 0.8);
  RETORT_DEFAULT(masking, random_share, 0.1);
}

template <typename Masking>
void CheckMasking(const std::string& place, const Masking& masking, Problems* problems) {
  problems->Want(masking.rate() > 0 && masking.rate() <= 1, place + "rate", "> 0 and <= 1", masking.rate());
  problems->Share(place + "mask_share", masking.mask_share(), /*one_allowed=*/true);
  problems->Share(place + "random_share", masking.random_share(), /*one_allowed=*/true);
  const double sum = masking.mask_share() + masking.random_share();
  problems->Want(!(sum > 1 + 1e-9), place + "mask_share + random_share", "<= 1", sum);
}

template <typename Masking>
MaskingOptions ToOptions(const Masking& masking) {
  return {masking.rate(), masking.mask_share(), masking.random_share()};
}

}  // namespace

void MaskedLmData::FillDefaults(MaskedLmDataConfig* config) {
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, min_length, 12);
  RETORT_DEFAULT(config, mask_scope, STEP);
  if (config->masking_case() == MaskedLmDataConfig::MASKING_NOT_SET) config->mutable_bert_masking();
  if (config->has_bert_masking()) FillMasking(config->mutable_bert_masking());
  if (config->has_distilbert_masking()) {
    FillMasking(config->mutable_distilbert_masking());
    RETORT_DEFAULT(config->mutable_distilbert_masking(), smoothing, 0.7);
  }
}

void MaskedLmData::Check(const std::string& place, const MaskedLmDataConfig& config, Problems* problems) {
  if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(config.length() >= 3, place + "length", ">= 3 ([CLS], a token, [SEP])", config.length());
  problems->Want(config.min_length() >= 0 && config.min_length() <= config.length(), place + "min_length",
                 absl::StrCat("0 to length (", config.length(), ")"), config.min_length());
  if (config.has_bert_masking()) CheckMasking(place + "bert_masking: ", config.bert_masking(), problems);
  if (config.has_distilbert_masking()) {
    const std::string masking = place + "distilbert_masking: ";
    CheckMasking(masking, config.distilbert_masking(), problems);
    problems->AtLeastZero(masking + "smoothing", config.distilbert_masking().smoothing());
  }
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
  std::vector<double> race_scales;
  if (config.has_distilbert_masking()) {
    race_scales = MaskingRaceScales(PieceCounts(*sequences, tokenizer.vocabulary_size()),
                                    config.distilbert_masking().smoothing(), tokenizer.special_ids());
  }
  const MaskingContext context{data_seed, tokenizer.vocabulary_size(), tokenizer.special_ids()};
  const int64_t mask_slices = config.mask_scope() == MICRO_BATCH ? std::max(1, batch.micro_batches()) : 1;
  return std::unique_ptr<StepSource>(new MaskedLmSource(config, mask_slices, std::move(sequences), context,
                                                        std::move(race_scales), std::move(sampler)));
}

MaskedLmSource::MaskedLmSource(const MaskedLmDataConfig& config, int64_t mask_slices,
                               std::shared_ptr<const SequenceSet> sequences, const MaskingContext& context,
                               std::vector<double> race_scales, std::unique_ptr<Sampler> sampler)
    : SampledSource(std::move(sampler)),
      config_(config),
      mask_slices_(mask_slices),
      sequences_(std::move(sequences)),
      context_(context),
      race_scales_(std::move(race_scales)) {}

StepBatch MaskedLmSource::Read(const StepSamples& samples) const {
  StepBatch step = ReadStep(*sequences_, samples.samples, samples.epoch);
  for (const SequenceRange& range : MicroBatches(static_cast<int64_t>(samples.samples.size()), mask_slices_)) {
    Mask(range.begin, range.end, &step);
  }
  return step;
}

void MaskedLmSource::Mask(int64_t begin, int64_t end, StepBatch* step) const {
  switch (config_.masking_case()) {
    case MaskedLmDataConfig::kBertMasking:
      return MaskBert(ToOptions(config_.bert_masking()), context_, begin, end, step);
    case MaskedLmDataConfig::kDistilbertMasking:
      return MaskDistilbert(ToOptions(config_.distilbert_masking()), context_, race_scales_, begin, end, step);
    case MaskedLmDataConfig::kNoMasking:
      return;
    case MaskedLmDataConfig::MASKING_NOT_SET:
      LOG(FATAL) << "defaults of masked_lm were not filled: " << config_.ShortDebugString();
  }
}

double MaskedLmSource::LabelledShare(int64_t sequences, int64_t tokens) const {
  const double maskable = static_cast<double>(tokens - 2 * sequences) / static_cast<double>(tokens);  // No specials.
  switch (config_.masking_case()) {
    case MaskedLmDataConfig::kBertMasking:
      return config_.bert_masking().rate() * maskable;
    case MaskedLmDataConfig::kDistilbertMasking:
      return std::min(config_.distilbert_masking().rate(), maskable);
    case MaskedLmDataConfig::kNoMasking:
    case MaskedLmDataConfig::MASKING_NOT_SET:
      return 0;
  }
  LOG(FATAL) << "no masking " << config_.masking_case();
}

}  // namespace retort
