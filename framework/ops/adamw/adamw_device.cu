#include <cstdint>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/zeros.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/adamw/adamw_device.h"
#include "framework/ops/adamw/adamw_row.h"
#include "framework/ops/block/device_block.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 256;
using Block = DeviceBlock<kThreads>;

__global__ void AdamWKernel(AdamWParts parts, AdamWBuffers buffers) { UpdateRow(Block(), parts, buffers, blockIdx.x); }

__global__ void SquaresKernel(AdamWParts parts, const float* gradient, double* sums) {
  SquareRow(Block(), parts, gradient, blockIdx.x, sums);
}

// A block for each part.
__global__ void NormsKernel(AdamWParts parts, const double* sums, double* norms) {
  NormOfPart(Block(), parts.data[blockIdx.x], sums, norms);
}

// Σ g² of each row. REQUIRES: there is one.
at::Tensor RowSquares(const AdamWParts& parts, const at::Tensor& gradient) {
  at::Tensor sums = at::empty({parts.rows}, gradient.options().dtype(at::kDouble));
  SquaresKernel<<<parts.rows, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(parts, gradient.const_data_ptr<float>(),
                                                                                sums.data_ptr<double>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return sums;
}

}  // namespace

void AdamWOnDevice(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
                   at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                   at::Tensor working_copy) {
  const AdamWTable table(options, segments, parameters.device());
  const AdamWParts parts = table.parts();
  if (parts.rows == 0) return;
  AdamWKernel<<<parts.rows, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      parts, AdamWBuffersOf(factors, parameters, gradient, first_moment, second_moment, working_copy));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

at::Tensor GradientNormOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const AdamWTable table({}, segments, gradient.device());
  if (table.parts().rows == 0) return at::zeros({}, gradient.options().dtype(at::kDouble));
  return RowSquares(table.parts(), gradient).sum().sqrt();
}

at::Tensor SegmentNormsOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const AdamWTable table({}, segments, gradient.device());
  const AdamWParts parts = table.parts();
  at::Tensor norms = at::zeros({static_cast<int64_t>(segments.size())}, gradient.options().dtype(at::kDouble));
  if (parts.rows == 0) return norms;
  const at::Tensor sums = RowSquares(parts, gradient);
  NormsKernel<<<parts.count, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(parts, sums.const_data_ptr<double>(),
                                                                               norms.data_ptr<double>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return norms;
}

}  // namespace retort::ops
