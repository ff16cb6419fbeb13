#ifndef RETORT_FRAMEWORK_OPS_BLOCK_DEVICE_BLOCK_H_
#define RETORT_FRAMEWORK_OPS_BLOCK_DEVICE_BLOCK_H_

// Blocks (framework/ops/block/block.h) of threads of CUDA, for .cu files alone.

#include <cmath>
#include <cstdint>

namespace retort::ops {

inline constexpr int kWarp = 32;

// The reduction of one value per lane, in all lanes, in a fixed order.
template <typename F, typename Join>
__device__ F ReduceWarp(F value, Join join) {
  for (int distance = kWarp / 2; distance > 0; distance /= 2) {
    value = join(value, __shfl_xor_sync(0xFFFFFFFFu, value, distance));
  }
  return value;
}

// All threads of a block of kThreads.
template <int kThreads>
class DeviceBlock {
 public:
  __device__ int thread() const { return static_cast<int>(threadIdx.x); }
  __device__ int threads() const { return kThreads; }
  template <typename F>
  __device__ F Sum(F value) const {
    return Reduce(value, [](F a, F b) { return a + b; });
  }
  template <typename F>
  __device__ F Max(F value) const {
    return Reduce(value, [](F a, F b) { return std::fmax(a, b); });
  }
  __device__ void Sync() const { __syncthreads(); }

 private:
  template <typename F, typename Join>
  __device__ F Reduce(F value, Join join) const {
    __shared__ F partial[kThreads / kWarp];
    value = ReduceWarp(value, join);
    __syncthreads();  // The previous reduction has been read.
    if (threadIdx.x % kWarp == 0) partial[threadIdx.x / kWarp] = value;
    __syncthreads();
    value = partial[0];
    for (int warp = 1; warp < kThreads / kWarp; ++warp) value = join(value, partial[warp]);
    return value;
  }
};

// One warp of a block of kThreads, whose other warps work on other rows.
class DeviceWarp {
 public:
  static constexpr int kPerBlock = 8;
  static constexpr int kThreads = kPerBlock * kWarp;

  // Blocks whose warps are enough for so many rows.
  static int64_t Blocks(int64_t rows) { return (rows + kPerBlock - 1) / kPerBlock; }

  // The row of this warp, which may be beyond the last.
  __device__ int64_t row() const { return int64_t{blockIdx.x} * kPerBlock + threadIdx.x / kWarp; }

  __device__ int thread() const { return static_cast<int>(threadIdx.x % kWarp); }
  __device__ int threads() const { return kWarp; }
  template <typename F>
  __device__ F Sum(F value) const {
    Sync();
    return ReduceWarp(value, [](F a, F b) { return a + b; });
  }
  template <typename F>
  __device__ F Max(F value) const {
    Sync();
    return ReduceWarp(value, [](F a, F b) { return std::fmax(a, b); });
  }
  __device__ void Sync() const { __syncwarp(); }
};

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_BLOCK_DEVICE_BLOCK_H_
