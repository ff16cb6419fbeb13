#ifndef RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_ROW_H_
#define RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_ROW_H_

#include <cmath>
#include <cstdint>
#include <limits>

#include "ATen/core/Tensor.h"
#include "framework/ops/attention/softmax_options.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/keep_rows.h"
#include "framework/ops/vector_math/host_device.h"
#include "glog/logging.h"

namespace retort::ops {

// The rows of one pass over [B, A, S, S], on one device: the scores of one query of one head each.
struct ScoreRows {
  RETORT_HOST_DEVICE int64_t SampleOf(int64_t row) const { return row / (heads * positions); }
  RETORT_HOST_DEVICE int64_t QueryOf(int64_t row) const { return row % positions; }

  int64_t count, heads, positions;
  const bool* valid;  // [B, S] or null
  bool causal;
  double scale;
  KeepRows draws;  // Of rows: in Dropout's sense a sequence has A·S positions, of S channels.
};

inline ScoreRows ScoreRowsOf(const SoftmaxOptions& options, const at::Tensor& scores) {
  const int64_t heads = scores.size(1), positions = scores.size(3);
  const DropoutSite site = options.rate > 0 ? *options.site : DropoutSite();
  if (options.rate > 0) CHECK(site.sample_ids.device() == scores.device());
  const at::Tensor& valid = options.mask.valid;
  return {scores.numel() / positions,
          heads,
          positions,
          valid.defined() ? valid.const_data_ptr<bool>() : nullptr,
          options.mask.causal,
          options.scale,
          KeepRowsOf(options.rate, site, {heads * positions, {}})};
}

// Which keys the query of a row sees.
class SeenKeys {
 public:
  RETORT_HOST_DEVICE SeenKeys(const ScoreRows& rows, int64_t row)
      : keys_(rows.causal ? rows.QueryOf(row) + 1 : rows.positions),
        valid_(rows.valid == nullptr ? nullptr : rows.valid + rows.SampleOf(row) * rows.positions) {}

  RETORT_HOST_DEVICE bool operator()(int64_t key) const { return key < keys_ && (valid_ == nullptr || valid_[key]); }

 private:
  int64_t keys_;
  const bool* valid_;
};

// SoftmaxOnDevice.
template <typename T>
struct SoftmaxPass {
  using F = WorkType<T>;

  // One row, by all threads of a block.
  template <typename Block>
  RETORT_HOST_DEVICE void Run(const Block& block, int64_t row) const {
    const int64_t n = rows.positions, begin = row * n;
    const SeenKeys seen(rows, row);
    T* const p = scores + begin;
    F max = -std::numeric_limits<F>::infinity();
    for (int64_t key = block.thread(); key < n; key += block.threads()) {
      if (seen(key)) max = std::fmax(max, static_cast<F>(p[key]));
    }
    max = block.Max(max);
    const auto weight = [&](int64_t key) {
      return seen(key) ? std::exp((static_cast<F>(p[key]) - max) * static_cast<F>(rows.scale)) : F{0};
    };
    F sum = 0;
    for (int64_t key = block.thread(); key < n; key += block.threads()) sum += weight(key);
    const F inverse = 1 / block.Sum(sum);
    VisitChannels(block, rows.draws, row, n, [&](int64_t key, float keep) {
      const F value = weight(key) * inverse;
      p[key] = static_cast<T>(value);
      if (dropped != nullptr) dropped[begin + key] = static_cast<T>(value * static_cast<F>(keep));
    });
  }

  ScoreRows rows;
  T *scores, *dropped;  // [B, A, S, S]; dropped may be null.
};

// SoftmaxGradientOnDevice: the gradient g of p · keep becomes scale · p · (g · keep - Σ p g keep).
template <typename T>
struct SoftmaxGradientPass {
  using F = WorkType<T>;

  // One row, by all threads of a block.
  template <typename Block>
  RETORT_HOST_DEVICE void Run(const Block& block, int64_t row) const {
    const int64_t n = rows.positions, begin = row * n;
    const T* const p = probabilities + begin;
    T* const g = gradient + begin;
    F inner = 0;
    VisitChannels(block, rows.draws, row, n, [&](int64_t key, float keep) {
      inner += static_cast<F>(p[key]) * static_cast<F>(g[key]) * static_cast<F>(keep);
    });
    inner = block.Sum(inner);
    VisitChannels(block, rows.draws, row, n, [&](int64_t key, float keep) {
      const F weight = static_cast<F>(p[key]), factor = static_cast<F>(keep);
      g[key] = static_cast<T>(static_cast<F>(rows.scale) * weight * (static_cast<F>(g[key]) * factor - inner));
      if (dropped != nullptr) dropped[begin + key] = static_cast<T>(weight * factor);
    });
  }

  ScoreRows rows;
  const T* probabilities;  // [B, A, S, S]
  T *gradient, *dropped;   // Likewise; dropped may be null.
};

template <typename T>
SoftmaxPass<T> SoftmaxPassOf(const SoftmaxOptions& options, const at::Tensor& scores, const at::Tensor& dropped) {
  return {ScoreRowsOf(options, scores), scores.data_ptr<T>(), dropped.defined() ? dropped.data_ptr<T>() : nullptr};
}

template <typename T>
SoftmaxGradientPass<T> SoftmaxGradientPassOf(const SoftmaxOptions& options, const at::Tensor& probabilities,
                                             const at::Tensor& gradient, const at::Tensor& dropped) {
  return {ScoreRowsOf(options, gradient), probabilities.const_data_ptr<T>(), gradient.data_ptr<T>(),
          dropped.defined() ? dropped.data_ptr<T>() : nullptr};
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ATTENTION_ATTENTION_ROW_H_
