#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/softmax_options.h"

namespace retort::ops {

// On a device that is not the CPU: scores [B, A, S, S] become p = softmax(scale · scores) over the keys of the mask, in
// place, and p · keep goes to `dropped` [B, A, S, S] if that is defined.
//
// In builds without --config=cuda one thread of the CPU does what the kernels do, for tests, on tensors of the CPU.
void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped);

// Backward: the gradient of p · keep becomes that of the scores before scaling, in place, and p · keep goes to
// `dropped` if that is defined. The mask is not read: p holds it.
void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_DEVICE_H_
