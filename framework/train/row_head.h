#ifndef RETORT_FRAMEWORK_TRAIN_ROW_HEAD_H_
#define RETORT_FRAMEWORK_TRAIN_ROW_HEAD_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/batch/batch.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/train/objective.h"

namespace retort {

// The row head: vocabulary logits in chunks of rows, for all row terms of an objective at once. Logits of a chunk
// become their own gradient and are freed, so that no student ever holds more than [chunk, V] of them.

// Logits of a teacher, by chunk: [chunk, V] each, n rows together.
using LogitChunks = std::vector<at::Tensor>;

// The vocabulary logits of some rows, without gradient.
//
// Args: last_hidden [B, S, H]. Returns: chunks of at most `chunk_rows` rows, in the order of batch.rows(rows).
LogitChunks TeacherLogits(const Encoder& teacher, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, RowSet rows, int64_t chunk_rows);

struct RowHeadResult {
  at::Tensor decoder_input;           // [n, H] with its autograd graph: the transformed rows of the last hidden state.
  at::Tensor decoder_input_gradient;  // [n, H], to run backward from.
  std::vector<at::Tensor> sums;       // [] float64 by term of the objective: unweighted; 0 for tensor terms.
};

// Evaluates the row terms and adds the gradients of the decoder's matrix and of its bias, where it has one, to the
// parameters' flat gradient.
//
// Args:
//   last_hidden: [B, S, H] of the student, with its graph.
//   teacher:     logits of the rows objective.rows(), or empty if no term reads them.
//   scales:      by term of the objective: weight / count.
// Errors: those of the terms. REQUIRES: objective.rows().
absl::StatusOr<RowHeadResult> RunRowHead(const Encoder& student, const ParameterSet& parameters, const Batch& batch,
                                         const at::Tensor& last_hidden, const Objective& objective,
                                         const LogitChunks& teacher, absl::Span<const double> scales,
                                         int64_t chunk_rows);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_ROW_HEAD_H_
