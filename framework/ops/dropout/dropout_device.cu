#include <cstdint>

#include "ATen/ops/empty_like.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/dropout_device.h"
#include "framework/ops/dropout/dropout_row.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 256;

template <typename T>
__global__ void DropKernel(DropPass<T> pass) {
  const int64_t call = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (call < pass.calls()) DropCall(pass, call);
}

template <typename T>
void Launch(const DropPass<T>& pass) {
  if (pass.calls() == 0) return;
  const int64_t blocks = (pass.calls() + kThreads - 1) / kThreads;
  DropKernel<<<blocks, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(pass);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  CHECK(site.sample_ids.device() == x.device());
  const at::Tensor out = at::empty_like(x);
  DispatchFloats(x.scalar_type(),
                 [&](auto type) { Launch(DropPassOf<decltype(type)>(x, KeepRowsOf(rate, site, places), out)); });
  return out;
}

}  // namespace retort::ops
