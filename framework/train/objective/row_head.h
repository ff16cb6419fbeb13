#ifndef RETORT_FRAMEWORK_TRAIN_OBJECTIVE_ROW_HEAD_H_
#define RETORT_FRAMEWORK_TRAIN_OBJECTIVE_ROW_HEAD_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/batch/batch.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/ops/gram_error/gram_error.h"
#include "framework/train/objective/objective.h"

namespace retort {

// The row head: the logits of one head, for all row terms of an objective that read it at once. Those of the vocabulary
// come in chunks of rows; a chunk becomes its own gradient and is freed, so that no student ever holds more than
// [chunk, V] of them. Those of other heads are few, and come whole.

// Logits of a teacher, by chunk: [chunk, O] each, n rows together.
using LogitChunks = std::vector<at::Tensor>;

// The logits of some rows, without gradient.
//
// Args: last_hidden [B, S, H]. Returns: chunks of at most `chunk_rows` rows of the vocabulary, in the order of
// batch.rows(rows); one chunk for another head, laid out as LogitRows says.
LogitChunks TeacherLogits(const Encoder& teacher, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, HeadRows rows, int64_t chunk_rows);

// What the vocabulary's decoder makes logits of some rows of a teacher of, without gradient: inputs [n, H], matrix
// [V, H], bias [V].
ops::LinearRows TeacherDecoderRows(const Encoder& teacher, const ParameterSet& parameters, const Batch& batch,
                                   const at::Tensor& last_hidden, RowSet rows);

struct RowHeadResult {
  // What to run backward from, with its autograd graph, and its gradient of the same shape: what the vocabulary's
  // decoder reads, [n, H], or another head's logits, [n, O].
  at::Tensor root, root_gradient;
  std::vector<at::Tensor>
      sums;  // [] float64 by term of the objective: unweighted; 0 for terms of no part in the group.
};

// Evaluates the row terms of a group that reads logits. Of the vocabulary's decoder, adds the gradients of matrix and
// bias to the parameters' flat gradient; all others are the graph's.
//
// Args:
//   last_hidden: [B, S, H] of the student, with its graph.
//   teacher:     logits of the rows of the group, or empty if no term reads them.
//   scales:      by term of the objective: weight / count.
//   dropout:     of heads that have some.
// Errors: those of the terms. REQUIRES: at least one row.
absl::StatusOr<RowHeadResult> RunRowHead(const Encoder& student, const ParameterSet& parameters, const Batch& batch,
                                         const at::Tensor& last_hidden, const Objective& objective,
                                         const RowGroup& group, const LogitChunks& teacher,
                                         absl::Span<const double> scales, int64_t chunk_rows,
                                         std::optional<Dropout> dropout);

// The same for a group in Gram form, with what the teacher's logits of its rows are made of.
RowHeadResult RunGramHead(const Encoder& student, const ParameterSet& parameters, const Batch& batch,
                          const at::Tensor& last_hidden, const Objective& objective, const RowGroup& group,
                          const ops::LinearRows& teacher, absl::Span<const double> scales);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_OBJECTIVE_ROW_HEAD_H_
