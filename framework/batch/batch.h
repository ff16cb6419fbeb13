#ifndef RETORT_FRAMEWORK_BATCH_BATCH_H_
#define RETORT_FRAMEWORK_BATCH_BATCH_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"

// Letters used in all headers: B sequences, S positions per sequence, n rows (a row is one position, or one sequence),
// H width, L_t and L_s layers of teacher and student, A heads, d = H/A, V vocabulary, C classes, K students in a
// cohort, τ temperature. Layers are numbered 0..L: 0 is the embedding output, l the output of layer l.

namespace retort {

// The label of a row that has none.
inline constexpr int64_t kNoLabel = -100;

// What of a batch is a row.
enum class RowSet {
  kReal,       // All positions that are not padding, [CLS] and [SEP] included.
  kLabelled,   // Positions that carry a label.
  kSequences,  // Whole sequences.
};

// What counts of loss terms follow from: masks alone, on the host, before any forward pass. Additive over slices.
struct BatchMasks {
  int64_t padded_length = 0;             // S of the whole step; the same in all slices of a step.
  std::vector<int64_t> lengths;          // [B] Real positions of each sequence.
  std::vector<int64_t> labelled_counts;  // [B] Labelled positions of each sequence.

  int64_t sequences() const { return static_cast<int64_t>(lengths.size()); }
  // Rows of the row set.
  int64_t Rows(RowSet rows) const;
};

// Some sequences of one optimiser step, on one device. Tensors are never changed after construction.
struct Batch {
  at::Tensor ids;                        // [B, S] int64, masked; padding holds the [PAD] id.
  at::Tensor token_types;                // [B, S] int64, 0 in padding; undefined if all are 0.
  at::Tensor valid;                      // [B, S] bool, true at real positions.
  at::Tensor labels;                     // [B, S] int64, kNoLabel where there is none.
  at::Tensor real_rows;                  // [n] int64, ascending: b·S + s of the real positions.
  at::Tensor labelled_rows;              // [n] int64, ascending: b·S + s of the labelled positions.
  std::vector<int64_t> labelled_places;  // Of each of these, its place among the real rows; ascending, on the host.
  at::Tensor classes;                    // [B] int64, the class of each sequence; kNoLabel where there is none.
  at::Tensor scores;                     // [B] float32, the score of each sequence; NaN where there is none.
  at::Tensor spans;          // [B, 2] int64, first and last position of the answer; kNoLabel where there is none.
  at::Tensor row_offsets;    // [B + 1] int32: how many real positions are before each sequence, and in all.
  at::Tensor sample_ids;     // [B] int64: identity of each sequence within its corpus split.
  int64_t first_sample = 0;  // The first of them, on the host.
  int64_t epoch = 0;         // Passes over the data before this step: with sample_ids, what dropout bits depend on.
  bool all_valid = false;    // There is no padding.
  BatchMasks masks;

  int64_t sequences() const { return ids.size(0); }
  int64_t positions() const { return ids.size(1); }
  // The positions that are rows, as indices b·S + s. REQUIRES: a set of positions.
  const at::Tensor& rows(RowSet set) const;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BATCH_BATCH_H_
