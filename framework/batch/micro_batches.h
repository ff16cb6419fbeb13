#ifndef RETORT_FRAMEWORK_BATCH_MICRO_BATCHES_H_
#define RETORT_FRAMEWORK_BATCH_MICRO_BATCHES_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace retort {

// The sequences [begin, end) of a step.
struct SequenceRange {
  int64_t begin;
  int64_t end;
};

// The slices that a step of `sequences` sequences is computed in: consecutive, none empty, at most `micro_batches` of
// them, of the same size but for the first ones, which are one larger if it does not go up.
inline std::vector<SequenceRange> MicroBatches(int64_t sequences, int64_t micro_batches) {
  const int64_t count = std::min(sequences, micro_batches);
  std::vector<SequenceRange> ranges;
  for (int64_t i = 0, begin = 0; i < count; ++i) {
    const int64_t end = begin + sequences / count + (i < sequences % count ? 1 : 0);
    ranges.push_back({begin, end});
    begin = end;
  }
  return ranges;
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BATCH_MICRO_BATCHES_H_
