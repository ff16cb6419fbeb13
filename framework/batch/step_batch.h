#ifndef RETORT_FRAMEWORK_BATCH_STEP_BATCH_H_
#define RETORT_FRAMEWORK_BATCH_STEP_BATCH_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "c10/core/Device.h"
#include "framework/batch/batch.h"

namespace retort {

// Positions of a sequence, from 0, both included.
struct Span {
  int64_t first = kNoLabel, last = kNoLabel;
};

// One sequence of a step, on the host, after masking.
struct StepSequence {
  int64_t sample_id = 0;
  std::vector<int32_t> ids;     // With [CLS] and [SEP].
  std::vector<int32_t> labels;  // As long as ids; kNoLabel where there is none.

  std::vector<int32_t> token_types = {};  // As long as ids; empty: all 0.
  // What the sequence as a whole is labelled with, where it is.
  int64_t class_label = kNoLabel;
  float score = std::numeric_limits<float>::quiet_NaN();
  Span span = {};
};

// Every sequence of one optimiser step. Masking acts on the whole step; Slice then hands out micro-batches, so that no
// draw depends on how a step is cut.
struct StepBatch {
  int64_t epoch = 0;
  int32_t pad_id = 0;
  std::vector<StepSequence> sequences;

  // Longest sequence: the padded length S of every slice.
  int64_t padded_length() const;
  // Real positions.
  int64_t tokens() const;
  BatchMasks Masks(int64_t begin, int64_t end) const;

  // The sequences [begin, end) as tensors on a device, padded to padded_length().
  Batch Slice(int64_t begin, int64_t end, c10::Device device) const;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BATCH_STEP_BATCH_H_
