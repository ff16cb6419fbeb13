#include "framework/data/masking/read_step.h"

#include <algorithm>
#include <utility>

#include "framework/data/sequences/lm_kind.h"

namespace retort {

StepBatch ReadStep(const SequenceSet& sequences, absl::Span<const int64_t> samples, int64_t epoch) {
  const bool causal = sequences.options().kind == LmKind::kCausal;
  StepBatch step;
  step.epoch = epoch;
  step.pad_id = sequences.options().special_ids.pad;
  step.sequences.reserve(samples.size());
  for (const int64_t sample : samples) {
    StepSequence sequence;
    sequence.sample_id = sample;
    sequence.ids = sequences.Ids(sample);
    sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
    if (causal) std::copy(sequence.ids.begin() + 1, sequence.ids.end(), sequence.labels.begin());
    step.sequences.push_back(std::move(sequence));
  }
  return step;
}

}  // namespace retort
