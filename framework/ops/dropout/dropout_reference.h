#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_REFERENCE_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"

namespace retort::ops {

// The bits of Dropout as a tensor: keep / (1 - p'), [B, S, C] float32, made with plain ATen operations on the device.
// The reference of Dropout and Attention.
at::Tensor DropoutScaleReference(int64_t positions, int64_t channels, double rate, const DropoutSite& site,
                                 c10::Device device);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_REFERENCE_H_
