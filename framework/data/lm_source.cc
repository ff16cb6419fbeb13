#include "framework/data/lm_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/batch/micro_batches.h"
#include "framework/data/lm_kind.h"
#include "framework/data/read_step.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr double kMaxSteps = 1e15;

SamplerOptions ToSamplerOptions(const BatchSpec& batch, uint64_t data_seed) {
  SamplerOptions options;
  options.sequences = batch.sequences();
  options.tokens = batch.tokens();
  options.group_by_length = batch.group_by_length();
  options.data_seed = data_seed;
  return options;
}

// The sequences are those that `data` wants.
void CheckSequences(const Data& data, const SequenceSetOptions& options) {
  CHECK(data.has_causal_lm() == (options.kind == LmKind::kCausal)) << LmKindName(options.kind);
  if (data.has_causal_lm()) {
    CHECK_EQ(options.length, data.causal_lm().length());
  } else {
    CHECK_EQ(options.length, data.masked_lm().length());
    CHECK_EQ(options.min_length, data.masked_lm().min_length());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<LmSource>> LmSource::Create(const Data& data, const BatchSpec& batch,
                                                           std::shared_ptr<const SequenceSet> sequences,
                                                           const Tokenizer& tokenizer, uint64_t data_seed) {
  CheckSequences(data, sequences->options());
  if (batch.size_case() == BatchSpec::SIZE_NOT_SET || (batch.sequences() <= 0 && batch.tokens() <= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch: want sequences or tokens > 0, got ", batch.ShortDebugString()));
  }
  if (data.has_masked_lm() && tokenizer.special_ids().mask == kNoId) {
    return absl::InvalidArgumentError("masked_lm: want a vocabulary with a piece for masked tokens, got one without");
  }
  std::unique_ptr<LmSource> source(new LmSource(data, batch, std::move(sequences), tokenizer, data_seed));
  if (data.masked_lm().has_distilbert_masking()) {
    const std::vector<int64_t> counts = PieceCounts(*source->sequences_, tokenizer.vocabulary_size());
    const double smoothing = data.masked_lm().distilbert_masking().smoothing();
    source->race_scales_ = MaskingRaceScales(counts, smoothing, tokenizer.special_ids());
  }
  RETORT_ASSIGN_OR_RETURN(source->sampler_,
                          Sampler::Create(source->sequences_->Lengths(), ToSamplerOptions(batch, data_seed)));
  return source;
}

LmSource::LmSource(const Data& data, const BatchSpec& batch, std::shared_ptr<const SequenceSet> sequences,
                   const Tokenizer& tokenizer, uint64_t data_seed)
    : data_(data),
      micro_batches_(std::max(1, batch.micro_batches())),
      sequences_(std::move(sequences)),
      context_{data_seed, tokenizer.vocabulary_size(), tokenizer.special_ids()} {}

StepBatch LmSource::Step(int64_t step) const {
  const StepPlan plan = sampler_->Step(step);
  StepBatch batch = ReadStep(*sequences_, plan.samples, plan.epoch);
  if (!data_.has_masked_lm()) return batch;
  const int64_t slices = data_.masked_lm().mask_scope() == MICRO_BATCH ? micro_batches_ : 1;
  for (const SequenceRange& range : MicroBatches(static_cast<int64_t>(plan.samples.size()), slices)) {
    Mask(range.begin, range.end, &batch);
  }
  return batch;
}

void LmSource::Mask(int64_t begin, int64_t end, StepBatch* step) const {
  const MaskedLmData& data = data_.masked_lm();
  switch (data.masking_case()) {
    case MaskedLmData::kBertMasking: {
      const BertMasking& masking = data.bert_masking();
      return MaskBert({masking.rate(), masking.mask_share(), masking.random_share()}, context_, begin, end, step);
    }
    case MaskedLmData::kDistilbertMasking: {
      const DistilbertMasking& masking = data.distilbert_masking();
      return MaskDistilbert({masking.rate(), masking.mask_share(), masking.random_share()}, context_, race_scales_,
                            begin, end, step);
    }
    case MaskedLmData::kNoMasking:
      return;
    case MaskedLmData::MASKING_NOT_SET:
      LOG(FATAL) << "defaults of masked_lm were not filled: " << data.ShortDebugString();
  }
}

StepShape LmSource::Shape(int64_t step) const {
  StepShape shape;
  for (const int64_t sample : sampler_->Step(step).samples) {
    const int64_t length = sequences_->Length(sample);
    ++shape.sequences;
    shape.positions = std::max(shape.positions, length);
    shape.tokens += length;
  }
  shape.labelled_share = LabelledShare(shape.sequences, shape.tokens);
  return shape;
}

StepShape LmSource::MeanStep() const {
  double sequences = 0, positions = 0, tokens = 0;
  for (int64_t step = 0; step < steps_per_epoch(); ++step) {
    const StepShape shape = Shape(step);
    sequences += static_cast<double>(shape.sequences);
    positions += static_cast<double>(shape.positions);
    tokens += static_cast<double>(shape.tokens);
  }
  const double steps = static_cast<double>(steps_per_epoch());
  StepShape mean;
  mean.sequences = std::lround(sequences / steps);
  mean.positions = std::lround(positions / steps);
  mean.tokens = std::lround(tokens / steps);
  mean.labelled_share = LabelledShare(mean.sequences, mean.tokens);
  return mean;
}

double LmSource::LabelledShare(int64_t sequences, int64_t tokens) const {
  const auto share_without = [&](int64_t positions) {  // Of each sequence.
    return static_cast<double>(tokens - positions * sequences) / static_cast<double>(tokens);
  };
  if (data_.has_causal_lm()) return share_without(1);  // The last.
  const MaskedLmData& data = data_.masked_lm();
  if (data.has_bert_masking()) return data.bert_masking().rate() * share_without(2);  // [CLS] and [SEP].
  if (data.has_distilbert_masking()) return std::min(data.distilbert_masking().rate(), share_without(2));
  return 0;
}

absl::StatusOr<int64_t> LmSource::StepsForTokens(int64_t tokens) const {
  if (tokens <= 0) return absl::InvalidArgumentError(absl::StrCat("budget.tokens: want > 0, got ", tokens));
  int64_t steps = 0;
  for (int64_t seen = 0; seen < tokens; ++steps) seen += Shape(steps).tokens;
  return steps;
}

absl::StatusOr<int64_t> LmSource::StepsForEpochs(double epochs) const {
  const double steps = std::ceil(epochs * static_cast<double>(steps_per_epoch()));
  if (!(epochs > 0 && steps <= kMaxSteps)) {
    return absl::InvalidArgumentError(absl::StrCat("budget.epochs: want > 0, of at most ", kMaxSteps,
                                                   " steps in all, got ", epochs, " epochs of ", steps_per_epoch()));
  }
  return static_cast<int64_t>(steps);
}

}  // namespace retort
