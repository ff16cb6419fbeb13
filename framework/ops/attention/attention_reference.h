#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/packing/packing.h"

namespace retort::ops {

// Attention with plain ATen operations and autograd, on the padded batch: keys that are not seen get no weight.
at::Tensor AttentionReference(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                              const Packing& packing, const AttentionOptions& options);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_
