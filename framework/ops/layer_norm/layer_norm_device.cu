#include <cstdint>

#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "framework/ops/block/device_block.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/layer_norm/layer_norm_device.h"
#include "framework/ops/layer_norm/layer_norm_row.h"

namespace retort::ops {
namespace {

// One warp computes one row.
template <typename T>
__global__ void __launch_bounds__(DeviceWarp::kThreads) NormalizeKernel(NormPass<T> pass) {
  const DeviceWarp warp;
  if (warp.row() < pass.rows) NormalizeRow(warp, pass, warp.row());
}

template <typename T>
__global__ void __launch_bounds__(DeviceWarp::kThreads) GradientKernel(NormGradientPass<T> pass) {
  const DeviceWarp warp;
  if (warp.row() < pass.rows) NormGradientRow(warp, pass, warp.row());
}

constexpr int kChannels = 128;  // Of a block, one per thread; its number is that of the group of rows.

template <typename T>
__global__ void __launch_bounds__(kChannels) GroupKernel(NormGradientPass<T> pass) {
  const int64_t channel = int64_t{blockIdx.y} * kChannels + threadIdx.x;
  if (channel < pass.width) AddUpGroup(pass, blockIdx.x, channel);
}

// One warp computes one channel.
template <typename T>
__global__ void __launch_bounds__(DeviceWarp::kThreads) GroupsKernel(NormGradientPass<T> pass) {
  const DeviceWarp warp;
  if (warp.row() < pass.width) AddUpGroups(warp, pass, warp.row());
}

template <typename T>
void Launch(const NormPass<T>& pass) {
  if (pass.rows == 0) return;
  const int64_t blocks = DeviceWarp::Blocks(pass.rows);
  NormalizeKernel<<<blocks, DeviceWarp::kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(pass);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

template <typename T>
void Launch(const NormGradientPass<T>& pass) {
  const cudaStream_t stream = c10::cuda::getCurrentCUDAStream();
  if (pass.rows > 0) {
    GradientKernel<<<DeviceWarp::Blocks(pass.rows), DeviceWarp::kThreads, 0, stream>>>(pass);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    const dim3 groups(pass.groups(), (pass.width + kChannels - 1) / kChannels);
    GroupKernel<<<groups, kChannels, 0, stream>>>(pass);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  }
  GroupsKernel<<<DeviceWarp::Blocks(pass.width), DeviceWarp::kThreads, 0, stream>>>(pass);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

NormOutputs LayerNormOnDevice(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                              const RowDraws& draws) {
  const NormOutputs outputs = EmptyNormOutputs(x, skip.defined() || draws.drops());
  DispatchFloats(x.scalar_type(),
                 [&](auto type) { Launch(NormPassOf<decltype(type)>(x, skip, parameters, draws.rows(), outputs)); });
  return outputs;
}

NormGradients LayerNormGradientsOnDevice(const at::Tensor& gradient, const NormOutputs& outputs,
                                         const at::Tensor& scale, const RowDraws& draws) {
  const NormGradients gradients = EmptyNormGradients(gradient, scale, draws.drops());
  DispatchFloats(gradient.scalar_type(), [&](auto type) {
    using T = decltype(type);
    const at::Tensor sums = EmptyGroupSums<T>(outputs);
    Launch(NormGradientPassOf<T>(gradient, outputs, scale, draws.rows(), sums, gradients));
  });
  return gradients;
}

}  // namespace retort::ops
