#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"

namespace retort::ops {

// x · keep / (1 - p') of Dropout, without gradient, on a device that is not the CPU.
// x [n, C] or [B, S, C], contiguous.
//
// In builds without --config=cuda one thread of the CPU does what the kernel does, for tests, on tensors of the CPU.
at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_
