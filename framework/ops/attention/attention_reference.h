#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/attention.h"

namespace retort::ops {

// Attention with plain ATen operations and autograd.
at::Tensor AttentionReference(const at::Tensor& any_query, const at::Tensor& any_key, const at::Tensor& any_value,
                              const AttentionMask& mask, double rate, const DropoutSite& site);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_REFERENCE_H_
