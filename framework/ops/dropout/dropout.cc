#include "framework/ops/dropout/dropout.h"

#include <algorithm>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/empty_like.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/dropout/dropout_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

// out = x · keep for one row of channels.
template <typename T>
RETORT_INLINE void DropRow(const KeepStream& stream, uint32_t position, const KeepRate& rate, const T* x,
                           int64_t channels, T* out) {
  float scales[kKeepBlock];
  for (int64_t begin = 0; begin < channels; begin += kKeepBlock) {
    KeepScales(stream, position, static_cast<uint32_t>(begin / kKeepBlock), rate, scales);
    const int64_t count = std::min<int64_t>(kKeepBlock, channels - begin);
    if (count == kKeepBlock) {
      for (int64_t i = 0; i < kKeepBlock; ++i) out[begin + i] = x[begin + i] * static_cast<T>(scales[i]);
    } else {
      for (int64_t i = 0; i < count; ++i) out[begin + i] = x[begin + i] * static_cast<T>(scales[i]);
    }
  }
}

RETORT_MULTIVERSION void DropRowOf(const KeepStream& stream, uint32_t position, const KeepRate& rate, const float* x,
                                   int64_t channels, float* out) {
  DropRow(stream, position, rate, x, channels, out);
}

void DropRowOf(const KeepStream& stream, uint32_t position, const KeepRate& rate, const double* x, int64_t channels,
               double* out) {
  DropRow(stream, position, rate, x, channels, out);
}

void DropRowOf(const KeepStream& stream, uint32_t position, const KeepRate& rate, const c10::BFloat16* x,
               int64_t channels, c10::BFloat16* out) {
  std::vector<float> values(x, x + channels);
  DropRowOf(stream, position, rate, values.data(), channels, values.data());
  std::copy(values.begin(), values.end(), out);
}

template <typename T>
void DropOnHost(const at::Tensor& x, const KeepRate& rate, const DropoutSite& site, at::Tensor* out) {
  const int64_t positions = x.size(1), channels = x.size(2);
  const T* from = x.const_data_ptr<T>();
  T* to = out->data_ptr<T>();
  const int64_t* samples = site.sample_ids.const_data_ptr<int64_t>();
  at::parallel_for(0, x.size(0) * positions, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      DropRowOf(StreamOf(site, samples[row / positions]), static_cast<uint32_t>(row % positions), rate,
                from + row * channels, channels, to + row * channels);
    }
  });
}

// x · keep, without gradient.
at::Tensor Drop(const at::Tensor& x, double rate, const DropoutSite& site) {
  const at::Tensor input = x.contiguous();
  if (!x.device().is_cpu()) return DropOnDevice(input, rate, site);
  at::Tensor out = at::empty_like(input);
  const KeepRate keep(rate);
  switch (x.scalar_type()) {
    case at::kFloat:
      DropOnHost<float>(input, keep, site, &out);
      break;
    case at::kDouble:
      DropOnHost<double>(input, keep, site, &out);
      break;
    default:
      DropOnHost<c10::BFloat16>(input, keep, site, &out);
  }
  return out;
}

// Draws its bits again for the backward pass instead of storing them.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, double rate, int64_t seed,
                            int64_t site, int64_t epoch, const at::Tensor& sample_ids) {
    context->saved_data["rate"] = rate;
    context->saved_data["seed"] = seed;
    context->saved_data["site"] = site;
    context->saved_data["epoch"] = epoch;
    context->saved_data["sample_ids"] = sample_ids;
    return Drop(x, rate, {static_cast<uint64_t>(seed), static_cast<uint32_t>(site), epoch, sample_ids});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    auto& saved = context->saved_data;
    const DropoutSite site{static_cast<uint64_t>(saved["seed"].toInt()), static_cast<uint32_t>(saved["site"].toInt()),
                           saved["epoch"].toInt(), saved["sample_ids"].toTensor()};
    return {Drop(gradients[0], saved["rate"].toDouble(), site), {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site) {
  CHECK_EQ(x.dim(), 3);
  if (KeepRate(rate).threshold == 0) return x;
  return DropoutFunction::apply(x, rate, static_cast<int64_t>(site.seed), int64_t{site.site}, site.epoch,
                                site.sample_ids);
}

}  // namespace retort::ops
