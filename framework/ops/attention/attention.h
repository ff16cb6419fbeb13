#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_

#include <optional>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"

namespace retort::ops {

// Which keys a query sees.
struct AttentionMask {
  at::Tensor valid;     // [B, S] bool: keys that are not padding; undefined if none is.
  bool causal = false;  // Only keys that are not after the query.
};

// Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1) with dropout on the weights:
//
//   out = Dropout(softmax(Q Kᵀ / √d, over the keys of the mask)) V
//
// The draw for (sample b, head a, query s, key t) is that of Dropout with position a·S + s and channel t.
//
// Args: query, key, value [B, A, S, d] float32, bfloat16 or float64; rate in [0, 1) (0: no dropout, `site` is not
// read).
//   Gradient flows to query, key and value.
// Returns: [B, A, S, d]. Rows of padded queries attend to valid keys as others do; each sequence's first key is valid.
//   Nothing else that stands at padded positions of query, key and value reaches real ones, in value or gradient: not
//   even NaN. On a device, padded queries are zeros.
// Numerics: softmax in float32 (float64 for float64 inputs).
at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                     double rate, const DropoutSite& site);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_H_
