#ifndef RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_H_
#define RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_H_

#include <cstdint>
#include <optional>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Rows of a table: y(b, s) = table(ids(b, s)).
//
// Args: table [V, H] float32, bfloat16 or float64; ids [B, S] int64, within [0, V). Gradient flows to the table, but
//   not to its row `frozen`.
// Returns: [B, S, H], as the table.
// Gradient: ∂/∂table(v) is the sum over the places of v, in their order. On the CPU it is a sparse tensor that has each
//   row of the batch once, summed in float32 (float64 for float64), whatever the number of threads: a dense one would
//   be written and read in full, though a batch has few of a vocabulary's rows.
at::Tensor Embedding(const at::Tensor& table, const at::Tensor& ids, std::optional<int64_t> frozen = std::nullopt);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_H_
