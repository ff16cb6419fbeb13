#include "framework/ops/dropout/dropout.h"

#include <algorithm>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/empty_like.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/dropout/dropout_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/dropout/keep_scales.h"
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
  thread_local std::vector<float> values;
  values.resize(channels);
  ConvertRow(x, channels, values.data());
  DropRowOf(stream, position, rate, values.data(), channels, values.data());
  ConvertRow(values.data(), channels, out);
}

template <typename T>
void DropOnHost(const at::Tensor& x, const KeepRate& rate, const DropoutSite& site, const RowPlaces& places,
                at::Tensor* out) {
  const int64_t channels = x.size(-1), positions = places.positions;
  const T* from = x.const_data_ptr<T>();
  T* to = out->data_ptr<T>();
  const int64_t* samples = site.sample_ids.const_data_ptr<int64_t>();
  const int64_t* rows = places.rows.defined() ? places.rows.const_data_ptr<int64_t>() : nullptr;
  at::parallel_for(0, x.numel() / channels, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t place = rows == nullptr ? row : rows[row];
      DropRowOf(StreamOf(site, samples[place / positions]), static_cast<uint32_t>(place % positions), rate,
                from + row * channels, channels, to + row * channels);
    }
  });
}

// x · keep, without gradient.
at::Tensor Drop(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  const at::Tensor input = x.contiguous();
  if (!x.device().is_cpu()) return DropOnDevice(input, rate, site, places);
  at::Tensor out = at::empty_like(input);
  const KeepRate keep(rate);
  switch (x.scalar_type()) {
    case at::kFloat:
      DropOnHost<float>(input, keep, site, places, &out);
      break;
    case at::kDouble:
      DropOnHost<double>(input, keep, site, places, &out);
      break;
    default:
      DropOnHost<c10::BFloat16>(input, keep, site, places, &out);
  }
  return out;
}

// Draws its bits again for the backward pass instead of storing them.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, double rate,
                            const DropoutSite& site, const RowPlaces& places) {
    context->saved_data["rate"] = rate;
    context->saved_data["seed"] = static_cast<int64_t>(site.seed);
    context->saved_data["site"] = int64_t{site.site};
    context->saved_data["epoch"] = site.epoch;
    context->saved_data["sample_ids"] = site.sample_ids;
    context->saved_data["positions"] = places.positions;
    context->saved_data["rows"] = places.rows;
    return Drop(x, rate, site, places);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    auto& saved = context->saved_data;
    const DropoutSite site{static_cast<uint64_t>(saved["seed"].toInt()), static_cast<uint32_t>(saved["site"].toInt()),
                           saved["epoch"].toInt(), saved["sample_ids"].toTensor()};
    const RowPlaces places{saved["positions"].toInt(), saved["rows"].toTensor()};
    return {Drop(gradients[0], saved["rate"].toDouble(), site, places), {}, {}, {}};
  }
};

at::Tensor Apply(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  if (KeepRate(rate).threshold == 0) return x;
  return DropoutFunction::apply(x, rate, site, places);
}

}  // namespace

at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site) {
  CHECK_EQ(x.dim(), 3);
  return Apply(x, rate, site, {x.size(1), {}});
}

at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site, const Packing& packing) {
  CHECK_EQ(x.dim(), 2);
  return Apply(x, rate, site, {packing.positions, packing.rows});
}

}  // namespace retort::ops
