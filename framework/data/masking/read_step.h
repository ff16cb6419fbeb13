#ifndef RETORT_FRAMEWORK_DATA_MASKING_READ_STEP_H_
#define RETORT_FRAMEWORK_DATA_MASKING_READ_STEP_H_

#include <cstdint>

#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/data/sequences/sequence_set.h"

namespace retort {

// These sequences of the set in this order. Those of a causal model have the next id as label at each position but the
// last, which has none; those of a masked one are not masked yet: all labels are kNoLabel.
StepBatch ReadStep(const SequenceSet& sequences, absl::Span<const int64_t> samples, int64_t epoch);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_MASKING_READ_STEP_H_
