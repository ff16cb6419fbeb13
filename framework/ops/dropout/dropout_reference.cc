#include "framework/ops/dropout/dropout_reference.h"

#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/full.h"
#include "ATen/ops/stack.h"
#include "framework/ops/dropout/keep_bits.h"

namespace retort::ops {
namespace {

// (high, low) words of a 32-bit constant times each element; values are int64 within [0, 2^32).
std::pair<at::Tensor, at::Tensor> MultiplyWords(int64_t constant, const at::Tensor& words) {
  const int64_t constant_high = constant >> 16, constant_low = constant & 0xFFFF;
  const at::Tensor high_part = words * constant_high, low_part = words * constant_low;
  const at::Tensor sum = (high_part.bitwise_and(0xFFFF) * 65536) + low_part;
  return {high_part.bitwise_right_shift(16) + sum.bitwise_right_shift(32), sum.bitwise_and(0xFFFFFFFF)};
}

}  // namespace

at::Tensor DropoutScaleReference(int64_t positions, int64_t channels, double rate, const DropoutSite& site,
                                 c10::Device device) {
  const auto options = at::TensorOptions(at::kLong).device(device);
  const int64_t samples = site.sample_ids.numel();
  const int64_t blocks = (channels + kKeepBlock - 1) / kKeepBlock;
  const std::vector<int64_t> shape = {samples, positions, blocks * kKeepLanes};
  at::Tensor c0 = site.sample_ids.to(device).bitwise_and(0xFFFFFFFF).view({-1, 1, 1}).expand(shape);
  at::Tensor c1 = at::full(shape, site.epoch & 0xFFFFFFFF, options);
  at::Tensor c2 = at::arange(positions, options).view({1, -1, 1}).expand(shape);
  at::Tensor c3 = at::arange(blocks * kKeepLanes, options).view({1, 1, -1}).expand(shape);
  const KeepStream stream = StreamOf(site, 0);
  uint32_t k0 = stream.seed_low, k1 = stream.seed_high ^ (stream.site << 16);
  for (int round = 0; round < 10; ++round) {
    const auto [a_high, a_low] = MultiplyWords(0xD2511F53, c0);
    const auto [b_high, b_low] = MultiplyWords(0xCD9E8D57, c2);
    c0 = b_high.bitwise_xor(c1).bitwise_xor(int64_t{k0});
    c2 = a_high.bitwise_xor(c3).bitwise_xor(int64_t{k1});
    c1 = b_low;
    c3 = a_low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  std::vector<at::Tensor> parts;
  for (const at::Tensor& word : {c0, c1, c2, c3}) {
    for (int shift : {0, 16}) {
      parts.push_back(
          word.bitwise_right_shift(shift).bitwise_and(0xFFFF).view({samples, positions, blocks, kKeepLanes}));
    }
  }
  const at::Tensor draws =
      at::stack(parts, 3).reshape({samples, positions, blocks * kKeepBlock}).narrow(2, 0, channels);
  const KeepRate keep(rate);
  return draws.ge(int64_t{keep.threshold}).to(at::kFloat) * keep.scale;
}

}  // namespace retort::ops
