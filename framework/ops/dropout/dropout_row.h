#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_ROW_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_ROW_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/keep_rows.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// What all threads of Dropout read and write, on one device.
template <typename T>
struct DropPass {
  RETORT_HOST_DEVICE int64_t calls() const { return rows * KeepCalls(channels); }

  const T* x;
  KeepRows draws;
  int64_t rows, channels;
  T* out;
};

// x [..., C] and out are contiguous.
template <typename T>
DropPass<T> DropPassOf(const at::Tensor& x, const KeepRows& draws, const at::Tensor& out) {
  return {x.const_data_ptr<T>(), draws, x.numel() / x.size(-1), x.size(-1), out.data_ptr<T>()};
}

// Dropout of the channels of one Philox call, of the calls of all rows: what one thread computes, without others.
template <typename T>
RETORT_HOST_DEVICE void DropCall(const DropPass<T>& pass, int64_t call) {
  const int64_t calls_per_row = KeepCalls(pass.channels);
  const int64_t row = call / calls_per_row;
  const T* x = pass.x + row * pass.channels;
  T* out = pass.out + row * pass.channels;
  VisitCall(pass.draws.Stream(row), pass.draws.Position(row), pass.draws.rate, call % calls_per_row, pass.channels,
            [&](int64_t channel, float keep) { out[channel] = static_cast<T>(x[channel] * keep); });
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_ROW_H_
