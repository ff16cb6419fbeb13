#include <cstdint>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "ATen/ops/zeros.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/adamw/adamw_device.h"
#include "framework/ops/adamw/adamw_element.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 256;
constexpr int64_t kBlock = 4096;  // Elements that one block works on.

// A trainable segment, and the first of the blocks that work on it.
struct Part {
  int64_t segment, first_block, offset, size;
  AdamWCoefficients coefficients;
};

// The parts on the device, and how many blocks they take.
struct Parts {
  at::Tensor table;  // Bytes.
  int count = 0;
  int64_t blocks = 0;
  const Part* data() const { return reinterpret_cast<const Part*>(table.const_data_ptr<uint8_t>()); }
};

// The elements of one block: from..from + count of the flat buffers.
struct BlockRange {
  int part;
  int64_t from, count;
};

__host__ __device__ int64_t BlocksOf(int64_t size) { return (size + kBlock - 1) / kBlock; }

Parts PartsOf(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, c10::Device device) {
  std::vector<Part> table;
  Parts parts;
  for (size_t i = 0; i < segments.size(); ++i) {
    const AdamWSegment& segment = segments[i];
    if (!segment.trainable || segment.size == 0) continue;
    const auto number = static_cast<int64_t>(i);
    table.push_back({number, parts.blocks, segment.offset, segment.size, CoefficientsOf(options, segment)});
    parts.blocks += BlocksOf(segment.size);
  }
  parts.count = static_cast<int>(table.size());
  const auto bytes = static_cast<int64_t>(table.size() * sizeof(Part));
  parts.table = at::from_blob(table.data(), {bytes}, at::kByte).to(device, /*non_blocking=*/true);
  return parts;
}

__device__ BlockRange RangeOf(const Part* parts, int count, int64_t block) {
  int low = 0, high = count - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (parts[middle].first_block <= block) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const int64_t begin = (block - parts[low].first_block) * kBlock;
  return {low, parts[low].offset + begin, min(kBlock, parts[low].size - begin)};
}

__global__ void AdamWKernel(const Part* parts, int count, const float* gradient, float* parameters, float* first,
                            float* second, c10::BFloat16* copy) {
  const BlockRange range = RangeOf(parts, count, blockIdx.x);
  const AdamWCoefficients c = parts[range.part].coefficients;
  for (int64_t i = range.from + threadIdx.x; i < range.from + range.count; i += kThreads) {
    UpdateElement(c, gradient[i], &parameters[i], &first[i], &second[i]);
    if (copy != nullptr) copy[i] = parameters[i];
  }
}

// The sum of all threads' values, always in the same order; whole in the first thread only.
__device__ double SumOfThreads(double value) {
  __shared__ double partial[kThreads];
  partial[threadIdx.x] = value;
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
  }
  return partial[threadIdx.x];
}

__global__ void SquaresKernel(const Part* parts, int count, const float* gradient, double* sums) {
  const BlockRange range = RangeOf(parts, count, blockIdx.x);
  double sum = 0;
  for (int64_t i = range.from + threadIdx.x; i < range.from + range.count; i += kThreads) {
    sum += static_cast<double>(gradient[i]) * gradient[i];
  }
  sum = SumOfThreads(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// A block for each part.
__global__ void NormsKernel(const Part* parts, const double* sums, double* norms) {
  const Part& part = parts[blockIdx.x];
  double sum = 0;
  for (int64_t i = threadIdx.x; i < BlocksOf(part.size); i += kThreads) sum += sums[part.first_block + i];
  sum = SumOfThreads(sum);
  if (threadIdx.x == 0) norms[part.segment] = sqrt(sum);
}

// Σ g² of each block. REQUIRES: there is one.
at::Tensor BlockSquares(const Parts& parts, const at::Tensor& gradient) {
  at::Tensor sums = at::empty({parts.blocks}, gradient.options().dtype(at::kDouble));
  SquaresKernel<<<parts.blocks, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      parts.data(), parts.count, gradient.const_data_ptr<float>(), sums.data_ptr<double>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return sums;
}

}  // namespace

void AdamWOnDevice(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, at::Tensor parameters,
                   const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                   at::Tensor working_copy) {
  const Parts parts = PartsOf(options, segments, parameters.device());
  if (parts.blocks == 0) return;
  AdamWKernel<<<parts.blocks, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      parts.data(), parts.count, gradient.const_data_ptr<float>(), parameters.data_ptr<float>(),
      first_moment.data_ptr<float>(), second_moment.data_ptr<float>(),
      working_copy.defined() ? working_copy.data_ptr<c10::BFloat16>() : nullptr);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

at::Tensor GradientNormOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const Parts parts = PartsOf({}, segments, gradient.device());
  if (parts.blocks == 0) return at::zeros({}, gradient.options().dtype(at::kDouble));
  return BlockSquares(parts, gradient).sum().sqrt();
}

at::Tensor SegmentNormsOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const Parts parts = PartsOf({}, segments, gradient.device());
  at::Tensor norms = at::zeros({static_cast<int64_t>(segments.size())}, gradient.options().dtype(at::kDouble));
  if (parts.blocks == 0) return norms;
  const at::Tensor sums = BlockSquares(parts, gradient);
  NormsKernel<<<parts.count, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      parts.data(), sums.const_data_ptr<double>(), norms.data_ptr<double>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return norms;
}

}  // namespace retort::ops
