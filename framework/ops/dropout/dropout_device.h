#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"

namespace retort::ops {

// Where the rows of x stand among sequences of S positions: row i at rows[i] = b·S + s, or at i if `rows` is undefined.
struct RowPlaces {
  int64_t positions = 0;  // S
  at::Tensor rows;        // [n] int64, on the device of x.
};

// x · keep / (1 - p') of Dropout, without gradient, on a device that is not the CPU: the kernel where there is one.
// x [n, C] or [B, S, C], contiguous.
at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_DEVICE_H_
