#include "plugins/data/next_sentence/next_sentence.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/data/masking/masking.h"
#include "framework/data/pairs/line_documents.h"
#include "framework/data/sampling/sampled_source.h"
#include "framework/model/config/head_spec.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(NextSentenceData, NextSentenceDataConfig);

constexpr int64_t kShortest = 5;  // [CLS], a token, [SEP], a token, [SEP].

}  // namespace

void NextSentenceData::FillDefaults(NextSentenceDataConfig* config) {
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, short_share, 0.1);
  FillMasking(config);
}

void NextSentenceData::Check(const std::string& place, const NextSentenceDataConfig& config, Problems* problems) {
  if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
  problems->Want(config.length() >= kShortest, place + "length", ">= 5 ([CLS], a token, [SEP], a token, [SEP])",
                 config.length());
  problems->Share(place + "short_share", config.short_share(), /*one_allowed=*/true);
  CheckMasking(place, config, problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> NextSentenceData::Create(const NextSentenceDataConfig& config,
                                                                       const TrainingDataContext&) {
  return std::make_unique<NextSentenceData>(config);
}

ModelNeeds NextSentenceData::needs() const {
  ModelNeeds needs;
  needs.heads = {HeadKind::kVocabulary, HeadKind::kClasses};
  needs.causal = false;
  needs.longest_sequence = config_.length();
  return needs;
}

std::string NextSentenceData::Description() const { return absl::StrCat("pairs of corpus (", config_.corpus(), ")"); }

absl::StatusOr<std::vector<std::string>> NextSentenceData::Classes(DataCache*) const { return NextSentenceClasses(); }

absl::StatusOr<std::unique_ptr<StepSource>> NextSentenceData::Open(const DataInputs& inputs) const {
  if (inputs.tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError(
        "next_sentence: want a vocabulary with a piece for masked tokens, got one without");
  }
  RETORT_ASSIGN_OR_RETURN(auto documents,
                          OpenLineDocuments(config_.corpus(), Split::kTrain, inputs.tokenizer, inputs.cache));
  RETORT_ASSIGN_OR_RETURN(
      auto pairs, SentencePairs::Create(std::move(documents),
                                        {config_.length(), config_.short_share(), inputs.data_seed}, inputs.tokenizer));
  return NextSentenceSource::Create(config_, inputs.batch, std::move(pairs), inputs.tokenizer, inputs.data_seed);
}

absl::StatusOr<std::unique_ptr<StepSource>> NextSentenceSource::Create(const NextSentenceDataConfig& config,
                                                                       const BatchSpec& batch,
                                                                       std::shared_ptr<const SentencePairs> pairs,
                                                                       const Tokenizer& tokenizer, uint64_t data_seed) {
  const std::vector<int32_t> lengths(pairs->size(), config.length());
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Sampler> sampler, MakeSampler(lengths, batch, data_seed));
  const MaskingContext context{data_seed, tokenizer.vocabulary_size(), tokenizer.special_ids()};
  Masker masker(MaskingRuleOf(config), batch.micro_batches(), context,
                [&] { return PieceCounts(pairs->documents(), tokenizer.vocabulary_size()); });
  return std::unique_ptr<StepSource>(new NextSentenceSource(std::move(masker), std::move(pairs), std::move(sampler)));
}

StepBatch NextSentenceSource::Step(int64_t step) const {
  const StepSamples samples = sampler_->Step(step);
  StepBatch batch = pairs_->Read(samples.epoch, samples.samples);
  masker_.Mask(&batch);
  return batch;
}

StepShape NextSentenceSource::Shape(int64_t step) const {
  const StepSamples samples = sampler_->Step(step);
  StepShape shape;
  for (const int64_t pair : samples.samples) {
    const int64_t length = pairs_->Length(samples.epoch, pair);
    ++shape.sequences;
    shape.positions = std::max(shape.positions, length);
    shape.tokens += length;
  }
  shape.labelled_share = LabelledShare(shape.sequences, shape.tokens);
  return shape;
}

double NextSentenceSource::LabelledShare(int64_t sequences, int64_t tokens) const {
  return masker_.LabelledShare(tokens, sequences * pairs_->specials());
}

}  // namespace retort
