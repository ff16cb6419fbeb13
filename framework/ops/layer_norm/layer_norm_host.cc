#include "framework/ops/layer_norm/layer_norm_host.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "ATen/Parallel.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kRowsPerBlock = 64;  // What one thread sums at a time; blocks are then summed in their order.

template <typename F>
RETORT_INLINE void Add(int64_t n, const F* x, const F* skip, F* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] = x[i] + skip[i];
}

template <typename F>
RETORT_INLINE void Normalize(int64_t n, const F* __restrict sum, const F* __restrict scale, const F* __restrict shift,
                             double epsilon, F* __restrict y, F* mean, F* inverse) {
  const F centre = static_cast<F>(Sum<F>(n, [&](int64_t i) { return sum[i]; }) / static_cast<double>(n));
  const double variance =
      Sum<F>(n, [&](int64_t i) { return (sum[i] - centre) * (sum[i] - centre); }) / static_cast<double>(n);
  const F factor = static_cast<F>(1 / std::sqrt(variance + epsilon));
  for (int64_t i = 0; i < n; ++i) y[i] = (sum[i] - centre) * factor * scale[i] + shift[i];
  *mean = centre;
  *inverse = factor;
}

// With z = (x - μ) / σ and h = g · scale: ∂/∂x = (h - Σ h / H - z · Σ h z / H) / σ; adds g z to the gradient of scale,
// and g to that of shift.
template <typename F>
RETORT_INLINE void Backward(int64_t n, const F* __restrict g, const F* __restrict sum, const F* __restrict scale,
                            F mean, F inverse, F* __restrict sum_gradient, F* __restrict scale_gradient,
                            F* __restrict shift_gradient) {
  const F mean_h = static_cast<F>(Sum<F>(n, [&](int64_t i) { return g[i] * scale[i]; }) / static_cast<double>(n));
  const F mean_hz = static_cast<F>(Sum<F>(n, [&](int64_t i) { return g[i] * scale[i] * ((sum[i] - mean) * inverse); }) /
                                   static_cast<double>(n));
  for (int64_t i = 0; i < n; ++i) {
    const F z = (sum[i] - mean) * inverse;
    sum_gradient[i] = (g[i] * scale[i] - mean_h - z * mean_hz) * inverse;
    scale_gradient[i] += g[i] * z;
    shift_gradient[i] += g[i];
  }
}

#define RETORT_ROW_KERNELS(F, MULTIVERSION)                                                                     \
  MULTIVERSION void RunAdd(int64_t n, const F* x, const F* skip, F* sum) { Add(n, x, skip, sum); }              \
  MULTIVERSION void RunNormalize(int64_t n, const F* sum, const F* scale, const F* shift, double epsilon, F* y, \
                                 F* mean, F* inverse) {                                                         \
    Normalize(n, sum, scale, shift, epsilon, y, mean, inverse);                                                 \
  }                                                                                                             \
  MULTIVERSION void RunBackward(int64_t n, const F* g, const F* sum, const F* scale, F mean, F inverse,         \
                                F* sum_gradient, F* scale_gradient, F* shift_gradient) {                        \
    Backward(n, g, sum, scale, mean, inverse, sum_gradient, scale_gradient, shift_gradient);                    \
  }
RETORT_ROW_KERNELS(float, RETORT_MULTIVERSION)
RETORT_ROW_KERNELS(double, )
#undef RETORT_ROW_KERNELS

// One thread's rows in the work type: those of tensors in place, or a buffer where they have another type.
template <typename T>
class RowBuffer {
 public:
  using F = WorkType<T>;

  explicit RowBuffer(int64_t n) : n_(n), values_(std::is_same_v<T, F> ? 0 : n) {}

  const F* Load(const T* row) {
    if constexpr (std::is_same_v<T, F>) {
      return row;
    } else {
      ConvertRow(row, n_, values_.data());
      return values_.data();
    }
  }

  // Where to write a row that Store then brings to its place.
  F* Target(T* row) {
    if constexpr (std::is_same_v<T, F>) {
      return row;
    } else {
      return values_.data();
    }
  }

  void Store(T* row) {
    if constexpr (!std::is_same_v<T, F>) ConvertRow(values_.data(), n_, row);
  }

 private:
  int64_t n_;
  std::vector<F> values_;
};

// The rows of a tensor [..., H].
template <typename T>
struct Rows {
  explicit Rows(const at::Tensor& tensor)
      : data(tensor.defined() ? static_cast<T*>(const_cast<void*>(tensor.const_data_ptr())) : nullptr),
        width(tensor.defined() ? tensor.size(-1) : 0) {}
  T* operator[](int64_t row) const { return data + row * width; }
  bool defined() const { return data != nullptr; }

  T* data;
  int64_t width;
};

template <typename T>
class ForwardPass {
 public:
  using F = WorkType<T>;

  ForwardPass(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters, const RowDraws& draws,
              const NormOutputs& outputs)
      : n_(x.size(-1)),
        x_(x),
        skip_(skip),
        y_(outputs.y),
        sum_(outputs.sum),
        draws_(draws),
        epsilon_(parameters.epsilon),
        scale_(parameters.scale.to(outputs.mean.scalar_type()).contiguous()),
        shift_(parameters.shift.to(outputs.mean.scalar_type()).contiguous()),
        mean_(outputs.mean.data_ptr<F>()),
        inverse_(outputs.inverse.data_ptr<F>()) {}

  void Run(int64_t begin, int64_t end) const {
    RowBuffer<T> x(n_), skip(n_), sum(n_), y(n_);
    for (int64_t row = begin; row < end; ++row) {
      if (draws_.drops() || skip_.defined()) AddUp(row, &x, &skip, &sum);
      RunNormalize(n_, sum.Load(sum_[row]), scale_.template const_data_ptr<F>(), shift_.template const_data_ptr<F>(),
                   epsilon_, y.Target(y_[row]), mean_ + row, inverse_ + row);
      y.Store(y_[row]);
    }
  }

 private:
  // skip + Dropout(x), rounded as it is stored.
  void AddUp(int64_t row, RowBuffer<T>* x, RowBuffer<T>* skip, RowBuffer<T>* sum) const {
    const F* values = x->Load(x_[row]);
    F* to = sum->Target(sum_[row]);
    if (draws_.drops()) {
      draws_.Drop(row, values, n_, to);
      values = to;
    }
    if (skip_.defined()) RunAdd(n_, values, skip->Load(skip_[row]), to);
    sum->Store(sum_[row]);
  }

  int64_t n_;
  Rows<T> x_, skip_, y_, sum_;
  const RowDraws& draws_;
  double epsilon_;
  at::Tensor scale_, shift_;
  F *mean_, *inverse_;
};

template <typename T>
class BackwardPass {
 public:
  using F = WorkType<T>;

  BackwardPass(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale, const RowDraws& draws,
               const NormGradients& gradients)
      : n_(gradient.size(-1)),
        rows_(outputs.mean.numel()),
        gradient_(gradient),
        sum_(outputs.sum),
        skip_gradient_(gradients.skip),
        x_gradient_(gradients.x),
        draws_(draws),
        scale_(scale.to(outputs.mean.scalar_type()).contiguous()),
        mean_(outputs.mean.const_data_ptr<F>()),
        inverse_(outputs.inverse.const_data_ptr<F>()),
        block_sums_(2 * n_ * blocks()) {}

  int64_t blocks() const { return (rows_ + kRowsPerBlock - 1) / kRowsPerBlock; }

  // The rows of some blocks, and what they add to the gradients of scale and shift.
  void Run(int64_t first_block, int64_t end_block) {
    RowBuffer<T> g(n_), sum(n_), skip_gradient(n_), x_gradient(n_);
    for (int64_t row = first_block * kRowsPerBlock; row < std::min(end_block * kRowsPerBlock, rows_); ++row) {
      F* block_sum = block_sums_.data() + 2 * n_ * (row / kRowsPerBlock);
      F* to = skip_gradient.Target(skip_gradient_[row]);
      RunBackward(n_, g.Load(gradient_[row]), sum.Load(sum_[row]), scale_.template const_data_ptr<F>(), mean_[row],
                  inverse_[row], to, block_sum, block_sum + n_);
      skip_gradient.Store(skip_gradient_[row]);
      if (!draws_.drops()) continue;
      draws_.Drop(row, to, n_, x_gradient.Target(x_gradient_[row]));
      x_gradient.Store(x_gradient_[row]);
    }
  }

  // The gradients of scale and shift, one after the other, [2 H].
  std::vector<double> ParameterGradients() const {
    std::vector<double> total(2 * n_);
    for (int64_t block = 0; block < blocks(); ++block) {
      for (int64_t i = 0; i < 2 * n_; ++i) total[i] += block_sums_[2 * n_ * block + i];
    }
    return total;
  }

 private:
  int64_t n_, rows_;
  Rows<T> gradient_, sum_, skip_gradient_, x_gradient_;
  const RowDraws& draws_;
  at::Tensor scale_;
  const F *mean_, *inverse_;
  std::vector<F> block_sums_;
};

}  // namespace

NormOutputs LayerNormOnHost(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                            const RowDraws& draws) {
  const int64_t rows = x.numel() / x.size(-1);
  const NormOutputs outputs = EmptyNormOutputs(x, skip.defined() || draws.drops());
  DispatchFloats(x.scalar_type(), [&](auto type) {
    const ForwardPass<decltype(type)> pass(x, skip, parameters, draws, outputs);
    at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) { pass.Run(begin, end); });
  });
  return outputs;
}

NormGradients LayerNormGradientsOnHost(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale,
                                       const RowDraws& draws) {
  const NormGradients gradients = EmptyNormGradients(gradient, scale, draws.drops());
  DispatchFloats(gradient.scalar_type(), [&](auto type) {
    using T = decltype(type);
    BackwardPass<T> pass(gradient, outputs, scale, draws, gradients);
    at::parallel_for(0, pass.blocks(), 1, [&](int64_t begin, int64_t end) { pass.Run(begin, end); });
    const std::vector<double> sums = pass.ParameterGradients();
    const int64_t n = scale.numel();
    std::copy_n(sums.data(), n, gradients.scale.template data_ptr<T>());
    std::copy_n(sums.data() + n, n, gradients.shift.template data_ptr<T>());
  });
  return gradients;
}

}  // namespace retort::ops
