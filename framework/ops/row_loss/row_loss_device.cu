#include <cmath>
#include <limits>

#include "ATen/ops/empty.h"
#include "ATen/ops/sum.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "c10/util/BFloat16.h"
#include "framework/batch/batch.h"
#include "framework/ops/row_loss/row_loss_device.h"
#include "framework/ops/row_loss/row_loss_reference.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 1024;
constexpr int kWarp = 32;

struct Sum {
  template <typename F>
  __device__ F operator()(F a, F b) const {
    return a + b;
  }
};

struct Larger {
  __device__ float operator()(float a, float b) const { return fmaxf(a, b); }
};

// The reduction of one value per thread, to all threads, in a fixed order.
template <typename F, typename Join>
__device__ F ReduceBlock(F value, Join join) {
  __shared__ F partial[kThreads / kWarp];
  for (int distance = kWarp / 2; distance > 0; distance /= 2) {
    value = join(value, __shfl_xor_sync(0xFFFFFFFFu, value, distance));
  }
  __syncthreads();  // The previous reduction has been read.
  if (threadIdx.x % kWarp == 0) partial[threadIdx.x / kWarp] = value;
  __syncthreads();
  value = partial[0];
  for (int warp = 1; warp < kThreads / kWarp; ++warp) value = join(value, partial[warp]);
  return value;
}

// A matrix whose rows start `stride` elements apart.
template <typename T>
struct Matrix {
  T* data;
  int64_t stride;
  __device__ T* Row(int64_t row) const { return data == nullptr ? nullptr : data + row * stride; }
};

// Bytes that a row takes in shared memory.
template <typename T>
__host__ __device__ int64_t StagedSize(int64_t columns) {
  constexpr int64_t kVector = sizeof(uint4);
  return (columns * static_cast<int64_t>(sizeof(T)) + kVector - 1) / kVector * kVector;
}

// Copies a row with all threads of the block, by 16 bytes where both ends are aligned.
template <typename T>
__device__ void CopyRow(const T* from, int64_t columns, T* to) {
  constexpr int64_t kPerVector = sizeof(uint4) / sizeof(T);
  const bool aligned = (reinterpret_cast<uintptr_t>(from) | reinterpret_cast<uintptr_t>(to)) % sizeof(uint4) == 0;
  const int64_t vectors = aligned ? columns / kPerVector : 0;
  for (int64_t i = threadIdx.x; i < vectors; i += kThreads) {
    reinterpret_cast<uint4*>(to)[i] = reinterpret_cast<const uint4*>(from)[i];
  }
  for (int64_t i = vectors * kPerVector + threadIdx.x; i < columns; i += kThreads) to[i] = from[i];
}

// One block computes one row: its three losses to values[loss · rows + row], its gradient over its logits. With
// kStaged, it reads them once from device memory into shared memory and works there.
template <typename S, typename T, bool kStaged>
__global__ void __launch_bounds__(kThreads)
    RowLossKernel(RowLossScales scales, Matrix<S> student, Matrix<const T> teacher, const int64_t* labels,
                  const bool* soft_rows, int64_t width, int64_t columns, double* values) {
  extern __shared__ uint4 staged[];
  const int64_t row = blockIdx.x, rows = gridDim.x;
  S* s = student.Row(row);
  const T* t = teacher.Row(row);
  if (kStaged) {
    S* const staged_s = reinterpret_cast<S*>(staged);
    T* const staged_t = reinterpret_cast<T*>(reinterpret_cast<char*>(staged) + StagedSize<S>(columns));
    CopyRow(s, columns, staged_s);
    s = staged_s;
    if (t != nullptr) {
      CopyRow(t, columns, staged_t);
      t = staged_t;
    }
    __syncthreads();
  }
  const bool soft = soft_rows == nullptr || soft_rows[row];
  const int64_t label = labels == nullptr ? kNoLabel : labels[row];
  const bool kl = soft && scales.kl_scale != 0, mse = soft && scales.mse_scale != 0;
  const bool ce = scales.ce_scale != 0 && label != kNoLabel;
  const float inverse = static_cast<float>(1 / scales.temperature);
  const float label_logit = ce ? static_cast<float>(s[label]) : 0.0f;

  float max_s = -std::numeric_limits<float>::infinity(), max_t = max_s;
  for (int64_t i = threadIdx.x; i < columns; i += kThreads) {
    max_s = fmaxf(max_s, static_cast<float>(s[i]));
    if (kl) max_t = fmaxf(max_t, static_cast<float>(t[i]));
  }
  max_s = ReduceBlock(max_s, Larger());
  max_t = ReduceBlock(max_t, Larger());

  double hard_sum = 0, soft_sum = 0, teacher_sum = 0, teacher_dot = 0, squares = 0;
  for (int64_t i = threadIdx.x; i < columns; i += kThreads) {
    const float from_max = static_cast<float>(s[i]) - max_s;
    if (ce) hard_sum += expf(from_max);
    if (kl) {
      const float teacher_from_max = static_cast<float>(t[i]) - max_t;
      const float weight = expf(teacher_from_max * inverse);
      soft_sum += expf(from_max * inverse);
      teacher_sum += weight;
      teacher_dot += weight * (teacher_from_max - from_max) * inverse;
    }
    if (mse) {
      const float difference = static_cast<float>(s[i]) - static_cast<float>(t[i]);
      squares += difference * difference;
    }
  }
  hard_sum = ReduceBlock(hard_sum, Sum());
  soft_sum = ReduceBlock(soft_sum, Sum());
  teacher_sum = ReduceBlock(teacher_sum, Sum());
  teacher_dot = ReduceBlock(teacher_dot, Sum());
  squares = ReduceBlock(squares, Sum());

  if (threadIdx.x == 0) {
    values[row] = kl ? log(soft_sum) - log(teacher_sum) + teacher_dot / teacher_sum : 0;
    values[rows + row] = ce ? log(hard_sum) - static_cast<double>(label_logit - max_s) : 0;
    values[2 * rows + row] = mse ? squares : 0;
  }
  const float hard_factor = ce ? static_cast<float>(scales.ce_scale / hard_sum) : 0.0f;
  const float soft_factor = kl ? static_cast<float>(scales.kl_scale * inverse / soft_sum) : 0.0f;
  const float teacher_factor = kl ? static_cast<float>(scales.kl_scale * inverse / teacher_sum) : 0.0f;
  const float square_factor = mse ? static_cast<float>(2 * scales.mse_scale) : 0.0f;
  for (int64_t i = threadIdx.x; i < columns; i += kThreads) {
    const float logit = static_cast<float>(s[i]), from_max = logit - max_s;
    float gradient = 0;
    if (ce) gradient += hard_factor * expf(from_max) - (i == label ? static_cast<float>(scales.ce_scale) : 0.0f);
    if (kl) {
      gradient +=
          soft_factor * expf(from_max * inverse) - teacher_factor * expf((static_cast<float>(t[i]) - max_t) * inverse);
    }
    if (mse) gradient += square_factor * (logit - static_cast<float>(t[i]));
    s[i] = static_cast<S>(gradient);
  }
  S* const out = student.Row(row);
  if (kStaged) {
    __syncthreads();
    CopyRow<S>(s, columns, out);
  }
  for (int64_t i = columns + threadIdx.x; i < width; i += kThreads) out[i] = static_cast<S>(0.0f);
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
void Launch(const RowLossScales& scales, at::Tensor* student, const at::Tensor& teacher, const at::Tensor& labels,
            const at::Tensor& soft_rows, int64_t columns, at::Tensor* values) {
  const int64_t bytes = StagedSize<S>(columns) + (teacher.defined() ? StagedSize<T>(columns) : 0);
  const bool staged = bytes <= SharedMemory();
  const auto kernel = staged ? RowLossKernel<S, T, true> : RowLossKernel<S, T, false>;
  if (staged) {
    C10_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
  }
  kernel<<<student->size(0), kThreads, staged ? bytes : 0, c10::cuda::getCurrentCUDAStream()>>>(
      scales, Matrix<S>{student->data_ptr<S>(), student->stride(0)},
      teacher.defined() ? Matrix<const T>{teacher.const_data_ptr<T>(), teacher.stride(0)} : Matrix<const T>{nullptr, 0},
      labels.defined() ? labels.const_data_ptr<int64_t>() : nullptr,
      soft_rows.defined() ? soft_rows.const_data_ptr<bool>() : nullptr, student->size(1), columns,
      values->data_ptr<double>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

bool IsHalf(const at::Tensor& logits) { return logits.scalar_type() == at::kBFloat16; }

bool HasKernel(const at::Tensor& logits) { return IsHalf(logits) || logits.scalar_type() == at::kFloat; }

}  // namespace

RowLossSums RowLossGradientOnDevice(const RowLossScales& scales, at::Tensor student_logits,
                                    const at::Tensor& teacher_logits, const at::Tensor& labels,
                                    const at::Tensor& soft_rows, int64_t columns) {
  const at::Tensor& teacher = teacher_logits.defined() ? teacher_logits : student_logits;
  if (!HasKernel(student_logits) || !HasKernel(teacher)) {
    return RowLossGradientReference(scales, student_logits, teacher_logits, labels, soft_rows, columns);
  }
  at::Tensor values = at::empty({3, student_logits.size(0)}, student_logits.options().dtype(at::kDouble));
  if (student_logits.size(0) > 0) {
    const auto launch = IsHalf(student_logits)
                            ? (IsHalf(teacher) ? Launch<c10::BFloat16, c10::BFloat16> : Launch<c10::BFloat16, float>)
                            : (IsHalf(teacher) ? Launch<float, c10::BFloat16> : Launch<float, float>);
    launch(scales, &student_logits, teacher_logits, labels, soft_rows, columns, &values);
  }
  const at::Tensor sums = at::sum(values, {1});
  return {sums[0], sums[1], sums[2]};
}

}  // namespace retort::ops
