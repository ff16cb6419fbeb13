#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/packing/packing.h"

namespace retort::ops {

// How attention is computed, beside its inputs.
struct AttentionOptions {
  int64_t heads = 1;    // A
  bool causal = false;  // A query sees only keys that are not after it.
  double rate = 0;      // Of dropout on the weights, in [0, 1).
  DropoutSite site;     // Not read at rate 0.
};

// Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1) with dropout on the weights, within each
// sequence and for each head:
//
//   out = Dropout(softmax(Q Kᵀ / √d, over the real positions of the sequence that the query sees)) V
//
// The draw for (sample b, head a, query s, key t) is that of Dropout with position a·S + s and channel t, whatever the
// packing. On a GPU in bfloat16, where no padding is among the rows, FlashAttention computes this, and draws by itself:
// its draws depend on the micro-batch too, and on nothing else but the site (attention_flash.h).
//
// Args: query, key, value [n, A·d], the rows of `packing`, float32, bfloat16 or float64. Gradient flows to all three.
// Returns: [n, A·d]. Where padding is among the rows, padded queries attend to real keys as others do, and nothing else
//   that stands in padding reaches real rows, in value or gradient; keys and values there may hold anything on the CPU.
// Numerics: softmax in float32 (float64 for float64 inputs). On the CPU products are too, and one thread computes all
//   of one head of one sequence, so that no bit depends on the number of threads.
// Memory: on the CPU O(n) beside 3 · 64 · S values per thread, and with FlashAttention O(n): the backward pass computes
//   the weights again. Else they are stored.
at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const Packing& packing,
                     const AttentionOptions& options);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_
