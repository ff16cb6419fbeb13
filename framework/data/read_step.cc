#include "framework/data/read_step.h"

#include <utility>

namespace retort {

StepBatch ReadStep(const SequenceSet& sequences, absl::Span<const int64_t> samples, int64_t epoch) {
  StepBatch step;
  step.epoch = epoch;
  step.pad_id = sequences.options().special_ids.pad;
  step.sequences.reserve(samples.size());
  for (const int64_t sample : samples) {
    StepSequence sequence;
    sequence.sample_id = sample;
    sequence.ids = sequences.Ids(sample);
    sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
    step.sequences.push_back(std::move(sequence));
  }
  return step;
}

}  // namespace retort
