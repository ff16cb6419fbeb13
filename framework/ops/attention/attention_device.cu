#include <limits>

#include "ATen/core/Tensor.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/attention/attention_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

constexpr int kWarp = 32;
constexpr int kRowsPerBlock = 8;  // One warp computes one row.

// The rows of one [B, A, S, S] pass.
struct Rows {
  int64_t count, heads, positions;
  const bool* valid;       // [B, S] or null
  const int64_t* samples;  // [B] or null
  bool causal;
  KeepRate rate;
  KeepStream stream;
};

// The row of a warp: its sample, and its position in Dropout's sense, a·S + s.
struct Row {
  int64_t index, sample, position;
};

// The type that a row is worked on in.
template <typename T>
struct WorkType {
  using type = float;
};
template <>
struct WorkType<double> {
  using type = double;
};

__device__ Row ThisRow(const Rows& rows) {
  const int64_t index = int64_t{blockIdx.x} * kRowsPerBlock + threadIdx.x / kWarp;
  const int64_t per_sample = rows.heads * rows.positions;
  return {index, index / per_sample, index % per_sample};
}

template <typename F, typename Join>
__device__ F ReduceWarp(F value, Join join) {
  for (int distance = kWarp / 2; distance > 0; distance /= 2) {
    value = join(value, __shfl_xor_sync(0xFFFFFFFFu, value, distance));
  }
  return value;
}

template <typename F>
__device__ F SumOfWarp(F value) {
  return ReduceWarp(value, [](F a, F b) { return a + b; });
}

__device__ float Exponential(float x) { return expf(x); }
__device__ double Exponential(double x) { return exp(x); }

// Calls visit(key, keep / (1 - p)) for the keys of the row, divided among the lanes of the warp.
template <typename Visit>
__device__ void VisitKeys(const Rows& rows, const Row& row, Visit visit) {
  const int lane = threadIdx.x % kWarp;
  const int64_t n = rows.positions;
  if (rows.rate.threshold == 0) {
    for (int64_t key = lane; key < n; key += kWarp) visit(key, 1.0f);
    return;
  }
  KeepStream stream = rows.stream;
  stream.sample = static_cast<uint32_t>(rows.samples[row.sample]);
  const int64_t calls = (n + kKeepBlock - 1) / kKeepBlock * kKeepLanes;
  for (int64_t call = lane; call < calls; call += kWarp) {
    uint32_t words[4];
    KeepWords(stream, static_cast<uint32_t>(row.position), static_cast<uint32_t>(call), words);
    for (int part = 0; part < kKeepParts; ++part) {
      const int64_t key = call / kKeepLanes * kKeepBlock + part * kKeepLanes + call % kKeepLanes;
      if (key < n) visit(key, KeepDraw(words, part) < rows.rate.threshold ? 0.0f : rows.rate.scale);
    }
  }
}

template <typename T>
__global__ void SoftmaxKernel(Rows rows, double scale, T* scores, T* dropped) {
  using F = typename WorkType<T>::type;
  const Row row = ThisRow(rows);
  if (row.index >= rows.count) return;
  const int64_t n = rows.positions;
  const int lane = threadIdx.x % kWarp;
  const int64_t keys = rows.causal ? row.position % n + 1 : n;
  const bool* valid = rows.valid == nullptr ? nullptr : rows.valid + row.sample * n;
  const auto seen = [&](int64_t key) { return key < keys && (valid == nullptr || valid[key]); };
  T* p = scores + row.index * n;

  F max = -std::numeric_limits<F>::infinity();
  for (int64_t key = lane; key < n; key += kWarp) {
    if (seen(key)) max = ::max(max, static_cast<F>(p[key]));
  }
  max = ReduceWarp(max, [](F a, F b) { return ::max(a, b); });
  const auto weight = [&](int64_t key) {
    return seen(key) ? Exponential((static_cast<F>(p[key]) - max) * static_cast<F>(scale)) : F{0};
  };
  F sum = 0;
  for (int64_t key = lane; key < n; key += kWarp) sum += weight(key);
  const F inverse = 1 / SumOfWarp(sum);
  VisitKeys(rows, row, [&](int64_t key, float keep) {
    const F value = weight(key) * inverse;
    p[key] = static_cast<T>(value);
    if (dropped != nullptr) dropped[row.index * n + key] = static_cast<T>(value * static_cast<F>(keep));
  });
}

template <typename T>
__global__ void SoftmaxGradientKernel(Rows rows, double scale, const T* probabilities, T* gradient, T* dropped) {
  using F = typename WorkType<T>::type;
  const Row row = ThisRow(rows);
  if (row.index >= rows.count) return;
  const T* p = probabilities + row.index * rows.positions;
  T* g = gradient + row.index * rows.positions;
  F inner = 0;
  VisitKeys(rows, row, [&](int64_t key, float keep) {
    inner += static_cast<F>(p[key]) * static_cast<F>(g[key]) * static_cast<F>(keep);
  });
  inner = SumOfWarp(inner);
  VisitKeys(rows, row, [&](int64_t key, float keep) {
    const F weight = static_cast<F>(p[key]);
    g[key] = static_cast<T>(static_cast<F>(scale) * weight * (static_cast<F>(g[key]) * static_cast<F>(keep) - inner));
    if (dropped != nullptr) {
      dropped[row.index * rows.positions + key] = static_cast<T>(weight * static_cast<F>(keep));
    }
  });
}

Rows RowsOf(const SoftmaxOptions& options, const at::Tensor& scores) {
  const AttentionMask& mask = options.mask;
  const bool drops = options.rate > 0;
  if (drops) CHECK(options.site->sample_ids.device() == scores.device());
  return {scores.numel() / scores.size(3),
          scores.size(1),
          scores.size(3),
          mask.valid.defined() ? mask.valid.const_data_ptr<bool>() : nullptr,
          drops ? options.site->sample_ids.const_data_ptr<int64_t>() : nullptr,
          mask.causal,
          KeepRate(options.rate),
          drops ? StreamOf(*options.site, 0) : KeepStream{}};
}

// Calls launch(T(), blocks, threads, stream) with the element type of x.
template <typename LaunchKernel>
void ForType(const at::Tensor& x, int64_t rows, const LaunchKernel& launch) {
  if (rows == 0) return;
  const int64_t blocks = (rows + kRowsPerBlock - 1) / kRowsPerBlock;
  const cudaStream_t stream = c10::cuda::getCurrentCUDAStream();
  switch (x.scalar_type()) {
    case at::kFloat:
      launch(float(), blocks, kWarp * kRowsPerBlock, stream);
      break;
    case at::kDouble:
      launch(double(), blocks, kWarp * kRowsPerBlock, stream);
      break;
    default:
      CHECK_EQ(x.scalar_type(), at::kBFloat16);
      launch(c10::BFloat16(), blocks, kWarp * kRowsPerBlock, stream);
  }
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped) {
  const Rows rows = RowsOf(options, *scores);
  ForType(*scores, rows.count, [&](auto type, int64_t blocks, int threads, cudaStream_t stream) {
    using T = decltype(type);
    SoftmaxKernel<T><<<blocks, threads, 0, stream>>>(rows, options.scale, scores->data_ptr<T>(),
                                                     dropped->defined() ? dropped->data_ptr<T>() : nullptr);
  });
}

void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped) {
  const Rows rows = RowsOf(options, *gradient);
  ForType(*gradient, rows.count, [&](auto type, int64_t blocks, int threads, cudaStream_t stream) {
    using T = decltype(type);
    SoftmaxGradientKernel<T><<<blocks, threads, 0, stream>>>(rows, options.scale, probabilities.const_data_ptr<T>(),
                                                             gradient->data_ptr<T>(),
                                                             dropped->defined() ? dropped->data_ptr<T>() : nullptr);
  });
}

}  // namespace retort::ops
