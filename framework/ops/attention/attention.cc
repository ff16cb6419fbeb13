#include "framework/ops/attention/attention.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/scaled_dot_product_attention.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/attention/attention_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/matmul/matmul.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

// The rows of one [B, A, S, S] pass that a kernel works on.
struct Rows {
  int64_t heads, positions;
  const bool* valid;  // [B, S] or null
  bool causal;
  double rate;
  const DropoutSite* site;
};

// p = softmax(scale · scores) over valid keys, in place.
template <typename F>
RETORT_INLINE void SoftmaxRow(const bool* valid, int64_t n, F scale, F* row) {
  if (valid != nullptr) {
    constexpr F kMasked = -std::numeric_limits<F>::infinity();
    for (int64_t i = 0; i < n; ++i) row[i] = valid[i] ? row[i] : kMasked;
  }
  const F max = Max(row, n);
  for (int64_t i = 0; i < n; ++i) row[i] = Exp((row[i] - max) * scale);
  const F inverse = static_cast<F>(1 / Sum<F>(n, [&](int64_t i) { return row[i]; }));
  for (int64_t i = 0; i < n; ++i) row[i] *= inverse;
}

// out = p · keep.
template <typename F>
RETORT_INLINE void DropKeys(const KeepStream& stream, uint32_t position, const KeepRate& rate, const F* p, int64_t n,
                            F* out) {
  float scales[kKeepBlock];
  for (int64_t begin = 0; begin < n; begin += kKeepBlock) {
    KeepScales(stream, position, static_cast<uint32_t>(begin / kKeepBlock), rate, scales);
    const int64_t count = std::min<int64_t>(kKeepBlock, n - begin);
    for (int64_t i = 0; i < count; ++i) out[begin + i] = p[begin + i] * static_cast<F>(scales[i]);
  }
}

// From g = ∂/∂(p · keep) to ∂/∂scores = scale · p · (g · keep - Σ p · g · keep), in place in g.
template <typename F>
RETORT_INLINE void SoftmaxGradientRow(const F* p, int64_t n, F scale, F* g) {
  const F inner = static_cast<F>(Sum<F>(n, [&](int64_t i) { return p[i] * g[i]; }));
  for (int64_t i = 0; i < n; ++i) g[i] = scale * p[i] * (g[i] - inner);
}

#define RETORT_ROW_KERNELS(F, MULTIVERSION)                                                                            \
  MULTIVERSION void RunSoftmaxRow(const bool* valid, int64_t n, F scale, F* row) { SoftmaxRow(valid, n, scale, row); } \
  MULTIVERSION void RunDropKeys(const KeepStream& stream, uint32_t position, const KeepRate& rate, const F* p,         \
                                int64_t n, F* out) {                                                                   \
    DropKeys(stream, position, rate, p, n, out);                                                                       \
  }                                                                                                                    \
  MULTIVERSION void RunSoftmaxGradientRow(const F* p, int64_t n, F scale, F* g) { SoftmaxGradientRow(p, n, scale, g); }
RETORT_ROW_KERNELS(float, RETORT_MULTIVERSION)
RETORT_ROW_KERNELS(double, )
#undef RETORT_ROW_KERNELS

// The type that a row is worked on in.
template <typename T>
struct WorkType {
  using type = T;
};
template <>
struct WorkType<c10::BFloat16> {
  using type = float;
};

// Calls kernel(b, a · S + s, row index, buffer of `buffer_size` values) for each row on all threads.
template <typename F, typename Kernel>
void ForEachRow(int64_t batch, const Rows& rows, int64_t buffer_size, const Kernel& kernel) {
  at::parallel_for(0, batch * rows.heads * rows.positions, 64, [&](int64_t begin, int64_t end) {
    std::vector<F> buffer(buffer_size);
    for (int64_t row = begin; row < end; ++row) {
      kernel(row / (rows.heads * rows.positions), row % (rows.heads * rows.positions), row, buffer.data());
    }
  });
}

// scores -> p in place, and p · keep in `dropped` if that is defined.
template <typename T>
void SoftmaxOnHost(const Rows& rows, double scale, at::Tensor* scores, at::Tensor* dropped) {
  using F = typename WorkType<T>::type;
  const int64_t n = rows.positions;
  T* p = scores->data_ptr<T>();
  T* out = dropped->defined() ? dropped->data_ptr<T>() : nullptr;
  const KeepRate keep(rows.rate);
  ForEachRow<F>(scores->size(0), rows, 2 * n, [&](int64_t b, int64_t position, int64_t row, F* work) {
    std::copy_n(p + row * n, n, work);
    const int64_t keys = rows.causal ? position % n + 1 : n;
    RunSoftmaxRow(rows.valid == nullptr ? nullptr : rows.valid + b * n, keys, static_cast<F>(scale), work);
    std::fill(work + keys, work + n, F{0});
    std::copy_n(work, n, p + row * n);
    if (out == nullptr) return;
    RunDropKeys(StreamOf(*rows.site, rows.site->sample_ids.const_data_ptr<int64_t>()[b]),
                static_cast<uint32_t>(position), keep, work, n, work + n);
    std::copy_n(work + n, n, out + row * n);
  });
}

// g -> ∂/∂scores in place, and p · keep in `dropped` if that is defined.
template <typename T>
void SoftmaxGradientOnHost(const Rows& rows, double scale, const at::Tensor& probabilities, at::Tensor* gradient,
                           at::Tensor* dropped) {
  using F = typename WorkType<T>::type;
  const int64_t n = rows.positions;
  const T* p = probabilities.const_data_ptr<T>();
  T* g = gradient->data_ptr<T>();
  T* out = dropped->defined() ? dropped->data_ptr<T>() : nullptr;
  const KeepRate keep(rows.rate);
  ForEachRow<F>(gradient->size(0), rows, 3 * n, [&](int64_t b, int64_t position, int64_t row, F* work_p) {
    F *work_g = work_p + n, *work_out = work_g + n;
    std::copy_n(p + row * n, n, work_p);
    std::copy_n(g + row * n, n, work_g);
    if (out != nullptr) {
      const KeepStream stream = StreamOf(*rows.site, rows.site->sample_ids.const_data_ptr<int64_t>()[b]);
      RunDropKeys(stream, static_cast<uint32_t>(position), keep, work_p, n, work_out);
      std::copy_n(work_out, n, out + row * n);
      RunDropKeys(stream, static_cast<uint32_t>(position), keep, work_g, n, work_g);
    }
    RunSoftmaxGradientRow(work_p, n, static_cast<F>(scale), work_g);
    std::copy_n(work_g, n, g + row * n);
  });
}

// Whether padded positions of x hold numbers that stay numbers when they are multiplied. Reads the padding alone.
template <typename T>
bool PaddingIsHarmless(const at::Tensor& x, const at::Tensor& valid) {
  constexpr float kLargest = 1e15f;
  const int64_t heads = x.size(1), positions = x.size(2), width = x.size(3);
  const T* values = x.const_data_ptr<T>();
  const bool* real = valid.const_data_ptr<bool>();
  std::atomic<bool> harmless = true;
  at::parallel_for(0, x.size(0) * heads, 16, [&](int64_t begin, int64_t end) {
    int bad = 0;
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t s = 0; s < positions; ++s) {
        if (real[row / heads * positions + s]) continue;
        const T* from = values + (row * positions + s) * width;
        for (int64_t i = 0; i < width; ++i) bad |= !(std::abs(static_cast<float>(from[i])) < kLargest);
      }
    }
    if (bad != 0) harmless = false;
  });
  return harmless;
}

template <typename Function>
void Dispatch(at::ScalarType type, const Function& function) {
  switch (type) {
    case at::kFloat:
      return function(float());
    case at::kDouble:
      return function(double());
    default:
      CHECK_EQ(type, at::kBFloat16);
      return function(c10::BFloat16());
  }
}

Rows RowsOf(const at::Tensor& scores, const SoftmaxOptions& options) {
  const at::Tensor& valid = options.mask.valid;
  return {scores.size(1),      scores.size(2), valid.defined() ? valid.const_data_ptr<bool>() : nullptr,
          options.mask.causal, options.rate,   options.site};
}

double ScaleOf(const at::Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }

// scores -> p in place, and p · keep in `dropped` if that is defined.
void Softmax(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped) {
  if (!scores->device().is_cpu()) return SoftmaxOnDevice(options, scores, dropped);
  Dispatch(scores->scalar_type(),
           [&](auto type) { SoftmaxOnHost<decltype(type)>(RowsOf(*scores, options), options.scale, scores, dropped); });
}

// g -> ∂/∂scores in place, and p · keep in `dropped` if that is defined.
void SoftmaxGradient(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                     at::Tensor* dropped) {
  if (!gradient->device().is_cpu()) return SoftmaxGradientOnDevice(options, probabilities, gradient, dropped);
  Dispatch(gradient->scalar_type(), [&](auto type) {
    SoftmaxGradientOnHost<decltype(type)>(RowsOf(*gradient, options), options.scale, probabilities, gradient, dropped);
  });
}

// x, with zeros at padded positions if something else there could reach real ones: 0 · NaN is NaN. A device is not
// waited for to find out.
at::Tensor WithHarmlessPadding(const at::Tensor& x, const std::optional<at::Tensor>& valid) {
  if (!valid) return x;
  bool harmless = x.device().is_cpu();
  if (harmless) {
    Dispatch(x.scalar_type(), [&](auto type) { harmless = PaddingIsHarmless<decltype(type)>(x, *valid); });
  }
  return harmless ? x : x.masked_fill(valid->logical_not().view({x.size(0), 1, x.size(2), 1}), 0);
}

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& any_query,
                            const at::Tensor& any_key, const at::Tensor& any_value,
                            const std::optional<at::Tensor>& valid, bool causal, double rate, int64_t seed,
                            int64_t site, int64_t epoch, const std::optional<at::Tensor>& dropped_samples) {
    const at::Tensor sample_ids = dropped_samples.value_or(at::Tensor());
    const at::Tensor query = WithHarmlessPadding(any_query, valid), key = WithHarmlessPadding(any_key, valid),
                     value = WithHarmlessPadding(any_value, valid);
    const DropoutSite dropout{static_cast<uint64_t>(seed), static_cast<uint32_t>(site), epoch, sample_ids};
    at::Tensor probabilities = MatMul(query, key.transpose(-2, -1)).contiguous();
    at::Tensor dropped = rate > 0 ? at::empty_like(probabilities) : at::Tensor();
    Softmax({{valid.value_or(at::Tensor()), causal}, ScaleOf(query), rate, &dropout}, &probabilities, &dropped);
    context->save_for_backward({query, key, value, probabilities, sample_ids});
    context->saved_data["rate"] = rate;
    context->saved_data["seed"] = seed;
    context->saved_data["site"] = site;
    context->saved_data["epoch"] = epoch;
    return MatMul(rate > 0 ? dropped : probabilities, value);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &query = saved[0], &key = saved[1], &value = saved[2], &probabilities = saved[3];
    auto& data = context->saved_data;
    const double rate = data["rate"].toDouble();
    const DropoutSite site{static_cast<uint64_t>(data["seed"].toInt()), static_cast<uint32_t>(data["site"].toInt()),
                           data["epoch"].toInt(), saved[4]};
    const at::Tensor out_gradient = gradients[0].contiguous();
    at::Tensor gradient = MatMul(out_gradient, value.transpose(-2, -1)).contiguous();
    at::Tensor dropped = rate > 0 ? at::empty_like(probabilities) : at::Tensor();
    SoftmaxOptions options;
    options.scale = ScaleOf(query);
    options.rate = rate;
    options.site = &site;
    SoftmaxGradient(options, probabilities, &gradient, &dropped);
    const at::Tensor weights = rate > 0 ? dropped : probabilities;
    return {MatMul(gradient, key),
            MatMul(gradient.transpose(-2, -1), query),
            MatMul(weights.transpose(-2, -1), out_gradient),
            {},
            {},
            {},
            {},
            {},
            {},
            {}};
  }
};

// Whether libtorch's attention without stored weights serves: nothing asks for a gradient.
bool HasInferenceKernel(const at::Tensor& query, const AttentionMask& mask) {
  return query.device().is_cuda() && query.scalar_type() == at::kBFloat16 && !at::GradMode::is_enabled() &&
         !(mask.causal && mask.valid.defined());
}

at::Tensor InferOnDevice(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                         const AttentionMask& mask) {
  if (!mask.valid.defined()) return at::scaled_dot_product_attention(query, key, value, {}, 0, mask.causal);
  const at::Tensor keys = mask.valid.view({query.size(0), 1, 1, query.size(2)});
  return at::scaled_dot_product_attention(WithHarmlessPadding(query, mask.valid), WithHarmlessPadding(key, mask.valid),
                                          WithHarmlessPadding(value, mask.valid),
                                          keys.expand({-1, query.size(1), query.size(2), -1}));
}

}  // namespace

at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                     double rate, const DropoutSite& site) {
  const double held = KeepRate(rate).threshold == 0 ? 0 : rate;
  if (held == 0 && HasInferenceKernel(query, mask)) return InferOnDevice(query, key, value, mask);
  return AttentionFunction::apply(
      query.contiguous(), key.contiguous(), value.contiguous(),
      mask.valid.defined() ? std::optional<at::Tensor>(mask.valid.contiguous()) : std::nullopt, mask.causal, held,
      static_cast<int64_t>(site.seed), int64_t{site.site}, site.epoch,
      held > 0 ? std::optional<at::Tensor>(site.sample_ids) : std::nullopt);
}

}  // namespace retort::ops
