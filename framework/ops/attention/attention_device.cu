#include <cstdint>

#include "ATen/core/Tensor.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "framework/ops/attention/attention_device.h"
#include "framework/ops/attention/attention_row.h"
#include "framework/ops/block/device_block.h"
#include "framework/ops/convert_row/work_type.h"

namespace retort::ops {
namespace {

// One warp computes one row.
template <typename Pass>
__global__ void __launch_bounds__(DeviceWarp::kThreads) RowKernel(Pass pass) {
  const DeviceWarp warp;
  if (warp.row() < pass.rows.count) pass.Run(warp, warp.row());
}

template <typename Pass>
void Launch(const Pass& pass) {
  if (pass.rows.count == 0) return;
  const int64_t blocks = DeviceWarp::Blocks(pass.rows.count);
  RowKernel<<<blocks, DeviceWarp::kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(pass);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped) {
  DispatchFloats(scores->scalar_type(),
                 [&](auto type) { Launch(SoftmaxPassOf<decltype(type)>(options, *scores, *dropped)); });
}

void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped) {
  DispatchFloats(gradient->scalar_type(), [&](auto type) {
    Launch(SoftmaxGradientPassOf<decltype(type)>(options, probabilities, *gradient, *dropped));
  });
}

}  // namespace retort::ops
