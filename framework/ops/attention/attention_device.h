#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_

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

// On a device that is not the CPU: scores [B, A, S, S] become p = softmax(scale · scores) over the keys of the mask, in
// place, and p · keep goes to `dropped` [B, A, S, S] if that is defined.
void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped);

// Backward: the gradient of p · keep becomes that of the scores before scaling, in place, and p · keep goes to
// `dropped` if that is defined. The mask is not read: p holds it.
void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_
