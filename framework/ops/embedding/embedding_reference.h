#ifndef RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_REFERENCE_H_

#include <cstdint>
#include <optional>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Embedding as libtorch has it, with a dense gradient.
at::Tensor EmbeddingReference(const at::Tensor& table, const at::Tensor& ids,
                              std::optional<int64_t> frozen = std::nullopt);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_EMBEDDING_EMBEDDING_REFERENCE_H_
