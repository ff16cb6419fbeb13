#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_SCALES_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_SCALES_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {

// keep / (1 - p) of 64 channels from `64 · block` on, at one position: the draws of KeepWords, for the CPU.
//
// The word of a lane is the lower half of 64 bits, whose upper half is what a product left there: so products need no
// shuffling, which takes nine tenths of the time where lanes are 32 bits wide.
RETORT_INLINE void KeepScales(const KeepStream& stream, uint32_t position, uint32_t block, const KeepRate& rate,
                              float* scales) {
  using Lanes = uint64_t __attribute__((vector_size(sizeof(uint64_t) * kKeepLanes)));
  constexpr uint64_t kWord = 0xFFFFFFFF;
  const uint64_t call = uint64_t{block} * kKeepLanes;
  Lanes c0 = Lanes{} + stream.sample, c1 = Lanes{} + stream.epoch, c2 = Lanes{} + position;
  Lanes c3 = Lanes{0, 1, 2, 3, 4, 5, 6, 7} + call;
  uint32_t k0 = stream.seed_low, k1 = stream.seed_high ^ (stream.site << 16);
  for (int round = 0; round < 10; ++round) {
    const Lanes a = (c0 & kWord) * uint64_t{0xD2511F53};
    const Lanes b = (c2 & kWord) * uint64_t{0xCD9E8D57};
    c0 = (b >> 32) ^ c1 ^ k0;
    c1 = b;
    c2 = (a >> 32) ^ c3 ^ k1;
    c3 = a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  uint64_t words[kKeepParts / 2][kKeepLanes];
  std::memcpy(words[0], &c0, sizeof(c0));
  std::memcpy(words[1], &c1, sizeof(c1));
  std::memcpy(words[2], &c2, sizeof(c2));
  std::memcpy(words[3], &c3, sizeof(c3));
  const uint32_t threshold = rate.threshold;
  const float scale = rate.scale;
  for (int pair = 0; pair < kKeepParts / 2; ++pair) {
    for (int lane = 0; lane < kKeepLanes; ++lane) {
      const auto word = static_cast<uint32_t>(words[pair][lane]);
      scales[2 * pair * kKeepLanes + lane] = (word & 0xFFFF) < threshold ? 0.0f : scale;
      scales[(2 * pair + 1) * kKeepLanes + lane] = (word >> 16) < threshold ? 0.0f : scale;
    }
  }
}

// out = x · keep / (1 - p) for all channels of one position; out may be x.
template <typename F>
RETORT_INLINE void DropRow(const KeepStream& stream, uint32_t position, const KeepRate& rate, const F* x,
                           int64_t channels, F* out) {
  float scales[kKeepBlock];
  for (int64_t begin = 0; begin < channels; begin += kKeepBlock) {
    KeepScales(stream, position, static_cast<uint32_t>(begin / kKeepBlock), rate, scales);
    const int64_t count = std::min<int64_t>(kKeepBlock, channels - begin);
    if (count == kKeepBlock) {
      for (int64_t i = 0; i < kKeepBlock; ++i) out[begin + i] = x[begin + i] * static_cast<F>(scales[i]);
    } else {
      for (int64_t i = 0; i < count; ++i) out[begin + i] = x[begin + i] * static_cast<F>(scales[i]);
    }
  }
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_SCALES_H_
