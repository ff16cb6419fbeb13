#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_ROW_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_ROW_H_

#include <cmath>
#include <cstdint>

#include "ATen/core/Tensor.h"
#include "ATen/ops/empty.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/keep_rows.h"
#include "framework/ops/layer_norm/norm_tensors.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// What LayerNorm(skip + Dropout(x)) of all rows reads and writes, on one device.
template <typename T>
struct NormPass {
  using F = WorkType<T>;

  int64_t rows, width;
  const T *x, *skip;  // [rows, width]; skip may be null.
  const T *scale, *shift;
  double epsilon;
  KeepRows draws;
  T* sum;  // [rows, width], or null: x is normalised as it is.
  T* y;
  F *mean, *inverse;  // [rows]
};

template <typename T>
NormPass<T> NormPassOf(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                       const KeepRows& draws, const NormOutputs& outputs) {
  using F = WorkType<T>;
  NormPass<T> pass;
  pass.rows = outputs.mean.numel();
  pass.width = x.size(-1);
  pass.x = x.const_data_ptr<T>();
  pass.skip = skip.defined() ? skip.const_data_ptr<T>() : nullptr;
  pass.scale = parameters.scale.const_data_ptr<T>();
  pass.shift = parameters.shift.const_data_ptr<T>();
  pass.epsilon = parameters.epsilon;
  pass.draws = draws;
  pass.sum = outputs.sum.is_same(x) ? nullptr : outputs.sum.data_ptr<T>();
  pass.y = outputs.y.data_ptr<T>();
  pass.mean = outputs.mean.data_ptr<F>();
  pass.inverse = outputs.inverse.data_ptr<F>();
  return pass;
}

// skip + Dropout(x) of a row, rounded as it is stored.
template <typename Block, typename T>
RETORT_HOST_DEVICE void AddUpRow(const Block& block, const NormPass<T>& pass, int64_t row, T* sum) {
  using F = WorkType<T>;
  const T* x = pass.x + row * pass.width;
  const T* skip = pass.skip == nullptr ? nullptr : pass.skip + row * pass.width;
  VisitChannels(block, pass.draws, row, pass.width, [&](int64_t i, float keep) {
    F value = static_cast<F>(x[i]) * static_cast<F>(keep);
    if (skip != nullptr) value += static_cast<F>(skip[i]);
    sum[i] = static_cast<T>(value);
  });
}

// One row, by all threads of a block.
template <typename Block, typename T>
RETORT_HOST_DEVICE void NormalizeRow(const Block& block, const NormPass<T>& pass, int64_t row) {
  using F = WorkType<T>;
  const int64_t n = pass.width;
  const T* values = pass.x + row * n;
  if (pass.sum != nullptr) {
    AddUpRow(block, pass, row, pass.sum + row * n);
    block.Sync();
    values = pass.sum + row * n;
  }
  F sum = 0;
  for (int64_t i = block.thread(); i < n; i += block.threads()) sum += static_cast<F>(values[i]);
  const F mean = static_cast<F>(block.Sum(static_cast<double>(sum)) / static_cast<double>(n));
  F squares = 0;
  for (int64_t i = block.thread(); i < n; i += block.threads()) {
    const F from_mean = static_cast<F>(values[i]) - mean;
    squares += from_mean * from_mean;
  }
  const double variance = block.Sum(static_cast<double>(squares)) / static_cast<double>(n);
  const F inverse = static_cast<F>(1 / std::sqrt(variance + pass.epsilon));
  T* y = pass.y + row * n;
  for (int64_t i = block.thread(); i < n; i += block.threads()) {
    const F z = (static_cast<F>(values[i]) - mean) * inverse;
    y[i] = static_cast<T>(z * static_cast<F>(pass.scale[i]) + static_cast<F>(pass.shift[i]));
  }
  if (block.thread() == 0) {
    pass.mean[row] = mean;
    pass.inverse[row] = inverse;
  }
}

// What the gradients of all rows read and write, on one device.
template <typename T>
struct NormGradientPass {
  using F = WorkType<T>;

  // Rows are added up in groups of so many, and groups then.
  static constexpr int64_t kGroup = 64;
  RETORT_HOST_DEVICE int64_t groups() const { return (rows + kGroup - 1) / kGroup; }

  int64_t rows, width;
  const T *gradient, *sum;  // [rows, width]: of y, and what was normalised.
  const T* scale;
  const F *mean, *inverse;  // [rows]
  KeepRows draws;
  T *skip_gradient, *x_gradient;       // [rows, width]; that of x is null if nothing is dropped.
  F *scale_sums, *shift_sums;          // [groups, width]
  T *scale_gradient, *shift_gradient;  // [width]
};

// The sums of groups that a pass needs, [2, groups, width].
template <typename T>
at::Tensor EmptyGroupSums(const NormOutputs& outputs) {
  constexpr int64_t kGroup = NormGradientPass<T>::kGroup;
  return at::empty({2, (outputs.mean.numel() + kGroup - 1) / kGroup, outputs.sum.size(-1)}, outputs.mean.options());
}

template <typename T>
NormGradientPass<T> NormGradientPassOf(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale,
                                       const KeepRows& draws, const at::Tensor& group_sums,
                                       const NormGradients& gradients) {
  using F = WorkType<T>;
  NormGradientPass<T> pass;
  pass.rows = outputs.mean.numel();
  pass.width = gradient.size(-1);
  pass.gradient = gradient.const_data_ptr<T>();
  pass.sum = outputs.sum.const_data_ptr<T>();
  pass.scale = scale.const_data_ptr<T>();
  pass.mean = outputs.mean.const_data_ptr<F>();
  pass.inverse = outputs.inverse.const_data_ptr<F>();
  pass.draws = draws;
  pass.skip_gradient = gradients.skip.data_ptr<T>();
  pass.x_gradient = draws.drops() ? gradients.x.data_ptr<T>() : nullptr;
  pass.scale_sums = group_sums.data_ptr<F>();
  pass.shift_sums = pass.scale_sums + pass.groups() * pass.width;
  pass.scale_gradient = gradients.scale.data_ptr<T>();
  pass.shift_gradient = gradients.shift.data_ptr<T>();
  return pass;
}

// The gradients of x and skip of one row, by all threads of a block. With z = (x - μ) / σ and h = g · scale:
//
//   ∂/∂skip = (h - Σ h / H - z · Σ h z / H) / σ,   ∂/∂x = ∂/∂skip · keep / (1 - p).
template <typename Block, typename T>
RETORT_HOST_DEVICE void NormGradientRow(const Block& block, const NormGradientPass<T>& pass, int64_t row) {
  using F = WorkType<T>;
  const int64_t n = pass.width, begin = row * n;
  const F mean = pass.mean[row], inverse = pass.inverse[row];
  const auto h = [&](int64_t i) { return static_cast<F>(pass.gradient[begin + i]) * static_cast<F>(pass.scale[i]); };
  const auto z = [&](int64_t i) { return (static_cast<F>(pass.sum[begin + i]) - mean) * inverse; };
  F sum_h = 0, sum_hz = 0;
  for (int64_t i = block.thread(); i < n; i += block.threads()) {
    sum_h += h(i);
    sum_hz += h(i) * z(i);
  }
  const F mean_h = static_cast<F>(block.Sum(static_cast<double>(sum_h)) / static_cast<double>(n));
  const F mean_hz = static_cast<F>(block.Sum(static_cast<double>(sum_hz)) / static_cast<double>(n));
  VisitChannels(block, pass.draws, row, n, [&](int64_t i, float keep) {
    const F value = (h(i) - mean_h - z(i) * mean_hz) * inverse;
    pass.skip_gradient[begin + i] = static_cast<T>(value);
    if (pass.x_gradient != nullptr) pass.x_gradient[begin + i] = static_cast<T>(value * static_cast<F>(keep));
  });
}

// What one group of rows adds to the gradients of one channel's scale, Σ g z, and shift, Σ g: by one thread, without
// others.
template <typename T>
RETORT_HOST_DEVICE void AddUpGroup(const NormGradientPass<T>& pass, int64_t group, int64_t channel) {
  using F = WorkType<T>;
  const int64_t begin = group * pass.kGroup;
  const int64_t end = begin + pass.kGroup < pass.rows ? begin + pass.kGroup : pass.rows;
  F scale = 0, shift = 0;
  for (int64_t row = begin; row < end; ++row) {
    const F g = static_cast<F>(pass.gradient[row * pass.width + channel]);
    const F z = (static_cast<F>(pass.sum[row * pass.width + channel]) - pass.mean[row]) * pass.inverse[row];
    scale += g * z;
    shift += g;
  }
  pass.scale_sums[group * pass.width + channel] = scale;
  pass.shift_sums[group * pass.width + channel] = shift;
}

// The gradients of one channel's scale and shift from those sums, by all threads of a block.
template <typename Block, typename T>
RETORT_HOST_DEVICE void AddUpGroups(const Block& block, const NormGradientPass<T>& pass, int64_t channel) {
  double scale = 0, shift = 0;
  for (int64_t group = block.thread(); group < pass.groups(); group += block.threads()) {
    scale += pass.scale_sums[group * pass.width + channel];
    shift += pass.shift_sums[group * pass.width + channel];
  }
  scale = block.Sum(scale);
  shift = block.Sum(shift);
  if (block.thread() == 0) {
    pass.scale_gradient[channel] = static_cast<T>(scale);
    pass.shift_gradient[channel] = static_cast<T>(shift);
  }
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_ROW_H_
