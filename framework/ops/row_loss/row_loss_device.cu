#include <cstdint>

#include "ATen/ops/empty.h"
#include "ATen/ops/sum.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "framework/ops/block/device_block.h"
#include "framework/ops/row_loss/row_loss_device.h"
#include "framework/ops/row_loss/row_loss_row.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 1024;

// One block computes one row.
template <typename S, typename T, bool kStaged>
__global__ void __launch_bounds__(kThreads) RowLossKernel(RowLossPass<S, T> pass) {
  extern __shared__ uint4 staged[];
  RunRowLoss<kStaged>(DeviceBlock<kThreads>(), pass, blockIdx.x, reinterpret_cast<char*>(staged));
}

// Bytes of shared memory that a launch can ask for, beside what the reductions take.
int64_t SharedMemory() {
  constexpr int kReductions = 1 << 10;
  int device = 0, bytes = 0;
  C10_CUDA_CHECK(cudaGetDevice(&device));
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  return bytes - kReductions;
}

template <typename S, typename T>
void Launch(const RowLossPass<S, T>& pass) {
  if (pass.rows == 0) return;
  const int64_t bytes = StagedSize<S>(pass.columns) + (pass.teacher.data == nullptr ? 0 : StagedSize<T>(pass.columns));
  const bool staged = bytes <= SharedMemory();
  const auto kernel = staged ? RowLossKernel<S, T, true> : RowLossKernel<S, T, false>;
  if (staged) {
    C10_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
  }
  kernel<<<pass.rows, kThreads, staged ? bytes : 0, c10::cuda::getCurrentCUDAStream()>>>(pass);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns) {
  const at::Tensor values = at::empty({3, student_logits.size(0)}, student_logits.options().dtype(at::kDouble));
  DispatchLogits(student_logits, teacher_logits, [&](auto s, auto t) {
    Launch(RowLossPassOf<decltype(s), decltype(t)>(scales, student_logits, teacher_logits, labels, soft_rows, columns,
                                                   values));
  });
  const at::Tensor sums = at::sum(values, {1});
  return {sums[0], sums[1], sums[2]};
}

}  // namespace retort::ops
