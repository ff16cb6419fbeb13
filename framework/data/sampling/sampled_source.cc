#include "framework/data/sampling/sampled_source.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {

absl::StatusOr<std::unique_ptr<Sampler>> MakeSampler(absl::Span<const int32_t> lengths, const BatchSpec& batch,
                                                     uint64_t data_seed) {
  if (batch.sequences() <= 0 && batch.tokens() <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch: want sequences or tokens > 0, got ", batch.ShortDebugString()));
  }
  SamplerOptions options;
  options.sequences = batch.sequences();
  options.tokens = batch.tokens();
  options.group_by_length = batch.group_by_length();
  options.data_seed = data_seed;
  return Sampler::Create(lengths, options);
}

StepShape SampledSource::Shape(int64_t step) const {
  StepShape shape;
  for (const int64_t sample : sampler_->Step(step).samples) {
    const int64_t length = Length(sample);
    ++shape.sequences;
    shape.positions = std::max(shape.positions, length);
    shape.tokens += length;
  }
  shape.labelled_share = LabelledShare(shape.sequences, shape.tokens);
  return shape;
}

}  // namespace retort
