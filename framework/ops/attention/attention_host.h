#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_HOST_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_HOST_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/packing/packing.h"

namespace retort::ops {

// The forward and backward passes of Attention on the CPU, without autograd. Tensors are contiguous, [n, A·d].
at::Tensor AttentionOnHost(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                           const Packing& packing, const AttentionOptions& options);

struct AttentionGradients {
  at::Tensor query, key, value;
};

// From the gradient of the output, [n, A·d], contiguous.
AttentionGradients AttentionGradientsOnHost(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                            const Packing& packing, const AttentionOptions& options,
                                            const at::Tensor& gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_HOST_H_
