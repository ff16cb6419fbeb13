#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_SOFTMAX_OPTIONS_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_SOFTMAX_OPTIONS_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"

namespace retort::ops {

// Which keys a query sees.
struct AttentionMask {
  at::Tensor valid;     // [B, S] bool: keys that are not padding; undefined if none is.
  bool causal = false;  // Only keys that are not after the query.
};

// What the softmax of attention's scores reads beside them.
struct SoftmaxOptions {
  AttentionMask mask;
  double scale = 1;
  double rate = 0;
  const DropoutSite* site = nullptr;  // Not read if the rate is 0.
};

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_SOFTMAX_OPTIONS_H_
