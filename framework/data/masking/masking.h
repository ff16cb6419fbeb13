#ifndef RETORT_FRAMEWORK_DATA_MASKING_MASKING_H_
#define RETORT_FRAMEWORK_DATA_MASKING_MASKING_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "framework/batch/step_batch.h"
#include "framework/text/tokenizer.h"

// Masks of masked language models, drawn anew whenever a sequence is seen. A chosen position's label is its id; the id
// itself becomes [MASK] with probability mask_share, a piece drawn uniformly from the whole vocabulary (specials
// included) with probability random_share, and else stays.
//
// All draws of a position are Philox(data_seed, sample id, epoch, position): they do not depend on the step that the
// sequence stands in, nor on threads or slices. All functions are pure and act on the sequences [begin, end) of a step
// whose labels are all kNoLabel there. Computed in integers and doubles on the host.

namespace retort {

struct MaskingContext {
  uint64_t data_seed = 0;
  int64_t vocabulary_size = 0;  // below 2^32
  SpecialIds special_ids;
};

struct MaskingOptions {
  double rate = 0.15;
  double mask_share = 0.8;
  double random_share = 0.1;
};

// Devlin et al. 2019, arXiv:1810.04805, section 3.1: each position but [CLS], [SEP] and [PAD] is chosen with
// probability `rate`, independently of all others. (Their scripts choose round(rate · length) of a sequence, at least
// one; here the number varies and a sequence may get none. Such a sequence has no labelled rows, so it adds 0 to sums
// and counts.)
void MaskBert(const MaskingOptions& options, const MaskingContext& context, int64_t begin, int64_t end,
              StepBatch* step);

// For each id of a vocabulary max(count, 1)^smoothing, the inverse of its weight in MaskDistilbert; infinite for the
// special ids, [UNK] and [MASK] included. `piece_counts`: how often each id stands in the training data.
std::vector<double> MaskingRaceScales(absl::Span<const int64_t> piece_counts, double smoothing,
                                      const SpecialIds& special_ids);

// DistilBERT's scripts: of the n positions of [begin, end), specials included in the count, exactly
// min(ceil(rate · n), positions that are not special) are chosen, one after the other without replacement, each with a
// probability proportional to its weight count^-smoothing. This is the order of exponential race keys -log(u) · scale
// (Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir"); equal keys go by (sample id, position).
//
// `race_scales`: of MaskingRaceScales, one per id. With the whole step as range, slices do not matter; the scripts draw
// per micro-batch, which is what smaller ranges give.
void MaskDistilbert(const MaskingOptions& options, const MaskingContext& context, absl::Span<const double> race_scales,
                    int64_t begin, int64_t end, StepBatch* step);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_MASKING_MASKING_H_
