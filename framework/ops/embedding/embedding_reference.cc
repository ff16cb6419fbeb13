#include "framework/ops/embedding/embedding_reference.h"

#include "ATen/ops/embedding.h"

namespace retort::ops {

at::Tensor EmbeddingReference(const at::Tensor& table, const at::Tensor& ids, std::optional<int64_t> frozen) {
  constexpr int64_t kNone = -1;
  return at::embedding(table, ids, /*padding_idx=*/frozen.value_or(kNone));
}

}  // namespace retort::ops
