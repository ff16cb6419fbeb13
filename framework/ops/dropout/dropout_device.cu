#include "ATen/ops/empty_like.h"
#include "c10/cuda/CUDAException.h"
#include "c10/cuda/CUDAStream.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/dropout/dropout_device.h"
#include "framework/ops/dropout/keep_bits.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

constexpr int kThreads = 256;

// One thread makes one Philox call, which decides 8 channels of one row. places: where each row stands, or null: at its
// own number.
template <typename T>
__global__ void DropKernel(const T* x, KeepStream stream, const int64_t* samples, const int64_t* places, KeepRate rate,
                           int64_t rows, int64_t positions, int64_t channels, T* out) {
  const int64_t calls_per_row = (channels + kKeepBlock - 1) / kKeepBlock * kKeepLanes;
  const int64_t index = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (index >= rows * calls_per_row) return;
  const int64_t row = index / calls_per_row, call = index % calls_per_row;
  const int64_t place = places == nullptr ? row : places[row];
  stream.sample = static_cast<uint32_t>(samples[place / positions]);
  uint32_t words[4];
  KeepWords(stream, static_cast<uint32_t>(place % positions), static_cast<uint32_t>(call), words);
  for (int part = 0; part < kKeepParts; ++part) {
    const int64_t channel = call / kKeepLanes * kKeepBlock + part * kKeepLanes + call % kKeepLanes;
    if (channel >= channels) return;
    const int64_t i = row * channels + channel;
    out[i] = static_cast<T>(x[i] * (KeepDraw(words, part) < rate.threshold ? 0.0f : rate.scale));
  }
}

template <typename T>
void Launch(const at::Tensor& x, const DropoutSite& site, const RowPlaces& places, const KeepRate& rate,
            at::Tensor* out) {
  CHECK(site.sample_ids.device() == x.device());
  const int64_t channels = x.size(-1), rows = x.numel() / channels;
  const int64_t calls = rows * ((channels + kKeepBlock - 1) / kKeepBlock * kKeepLanes);
  if (calls == 0) return;
  DropKernel<T><<<(calls + kThreads - 1) / kThreads, kThreads, 0, c10::cuda::getCurrentCUDAStream()>>>(
      x.const_data_ptr<T>(), StreamOf(site, 0), site.sample_ids.const_data_ptr<int64_t>(),
      places.rows.defined() ? places.rows.const_data_ptr<int64_t>() : nullptr, rate, rows, places.positions, channels,
      out->data_ptr<T>());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace

at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  at::Tensor out = at::empty_like(x);
  switch (x.scalar_type()) {
    case at::kFloat:
      Launch<float>(x, site, places, KeepRate(rate), &out);
      break;
    case at::kDouble:
      Launch<double>(x, site, places, KeepRate(rate), &out);
      break;
    default:
      CHECK_EQ(x.scalar_type(), at::kBFloat16);
      Launch<c10::BFloat16>(x, site, places, KeepRate(rate), &out);
  }
  return out;
}

}  // namespace retort::ops
