#ifndef RETORT_FRAMEWORK_DATA_MASKING_HELD_OUT_H_
#define RETORT_FRAMEWORK_DATA_MASKING_HELD_OUT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "framework/batch/step_batch.h"
#include "framework/data/masking/masking.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/data/sequences/sequence_set.h"

namespace retort {

// The sequences that an evaluation reads: some of a set, drawn from all of it by a hash of seed and sample id. Those of
// a masked model are masked by BERT's rule, with the same masks whenever they are read. A larger count keeps the
// sequences of a smaller one.
//
// Sequences stand in order of length, the longest first, so that batches hold little padding. One without a masked
// position stays: it has no labelled rows. Immutable, so thread-safe.
class HeldOut {
 public:
  // At most `count` sequences: fewer if the set has fewer. context.data_seed is the seed of choice and masks.
  HeldOut(std::shared_ptr<const SequenceSet> sequences, int64_t count, const MaskingContext& context,
          const MaskingOptions& masking = {});

  LmKind kind() const { return sequences_->options().kind; }

  int64_t size() const { return static_cast<int64_t>(samples_.size()); }

  // Sample ids within the set, in order of their place here.
  const std::vector<int64_t>& samples() const { return samples_; }

  // Positions of all of them.
  int64_t tokens() const;

  // Those in the places [begin, end), of epoch 0.
  StepBatch Read(int64_t begin, int64_t end) const;

 private:
  std::shared_ptr<const SequenceSet> sequences_;
  MaskingContext context_;
  MaskingOptions masking_;
  std::vector<int64_t> samples_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_MASKING_HELD_OUT_H_
