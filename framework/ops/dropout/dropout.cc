#include "framework/ops/dropout/dropout.h"

#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/empty_like.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/dropout_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/dropout/keep_scales.h"
#include "framework/ops/dropout/row_draws.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

RETORT_MULTIVERSION void DropFloats(const KeepStream& stream, uint32_t position, const KeepRate& rate, const float* x,
                                    int64_t channels, float* out) {
  DropRow(stream, position, rate, x, channels, out);
}

template <typename T>
void DropOnHost(const at::Tensor& x, const RowDraws& draws, at::Tensor* out) {
  const int64_t channels = x.size(-1);
  const T* from = x.const_data_ptr<T>();
  T* to = out->data_ptr<T>();
  at::parallel_for(0, x.numel() / channels, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      draws.Drop(row, from + row * channels, channels, to + row * channels);
    }
  });
}

// x · keep, without gradient.
at::Tensor Drop(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  const at::Tensor input = x.contiguous();
  if (!x.device().is_cpu()) return DropOnDevice(input, rate, site, places);
  at::Tensor out = at::empty_like(input);
  const RowDraws draws(rate, site, places);
  DispatchFloats(x.scalar_type(), [&](auto type) { DropOnHost<decltype(type)>(input, draws, &out); });
  return out;
}

// Draws its bits again for the backward pass instead of storing them.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, double rate,
                            const DropoutSite& site, const RowPlaces& places) {
    context->saved_data["rate"] = rate;
    Save(site, context);
    Save(places, context);
    return Drop(x, rate, site, places);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const double rate = context->saved_data["rate"].toDouble();
    return {Drop(gradients[0], rate, SavedSite(context), SavedPlaces(context)), {}, {}, {}};
  }
};

at::Tensor Apply(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  if (KeepRate(rate).threshold == 0) return x;
  return DropoutFunction::apply(x, rate, site, places);
}

}  // namespace

void RowDraws::Drop(int64_t row, const float* x, int64_t channels, float* out) const {
  DropFloats(rows_.Stream(row), rows_.Position(row), rows_.rate, x, channels, out);
}

void RowDraws::Drop(int64_t row, const double* x, int64_t channels, double* out) const {
  DropRow(rows_.Stream(row), rows_.Position(row), rows_.rate, x, channels, out);
}

void RowDraws::Drop(int64_t row, const c10::BFloat16* x, int64_t channels, c10::BFloat16* out) const {
  thread_local std::vector<float> values;
  values.resize(channels);
  ConvertRow(x, channels, values.data());
  Drop(row, values.data(), channels, values.data());
  ConvertRow(values.data(), channels, out);
}

void Save(const DropoutSite& site, torch::autograd::AutogradContext* context) {
  auto& data = context->saved_data;
  data["seed"] = static_cast<int64_t>(site.seed);
  data["site"] = int64_t{site.site};
  data["epoch"] = site.epoch;
  data["sample_ids"] = site.sample_ids;
}

DropoutSite SavedSite(torch::autograd::AutogradContext* context) {
  auto& data = context->saved_data;
  return {static_cast<uint64_t>(data["seed"].toInt()), static_cast<uint32_t>(data["site"].toInt()),
          data["epoch"].toInt(), data["sample_ids"].toTensor()};
}

void Save(const RowPlaces& places, torch::autograd::AutogradContext* context) {
  context->saved_data["positions"] = places.positions;
  context->saved_data["rows"] = places.rows;
}

RowPlaces SavedPlaces(torch::autograd::AutogradContext* context) {
  return {context->saved_data["positions"].toInt(), context->saved_data["rows"].toTensor()};
}

uint64_t KernelSeed(const DropoutSite& site) {
  constexpr uint32_t kNoPosition = 0xFFFFFFFF;  // Other draws have a position here.
  uint32_t words[4];
  KeepWords(StreamOf(site, site.first_sample), kNoPosition, 0, words);
  return uint64_t{words[1]} << 32 | words[0];
}

at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site) {
  CHECK_EQ(x.dim(), 3);
  return Apply(x, rate, site, {x.size(1), {}});
}

at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site, const Packing& packing) {
  CHECK_EQ(x.dim(), 2);
  return Apply(x, rate, site, {packing.positions, packing.rows});
}

}  // namespace retort::ops
