#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_BITS_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_BITS_H_

#include <cmath>
#include <cstdint>

#include "framework/ops/dropout/dropout.h"
#include "framework/ops/vector_math/host_device.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {

// How dropout's bits are laid out over channels: a block of 64 channels takes 8 Philox calls of 8 draws each. Draw
// `part` of call `lane` is channel 8 · part + lane, so that neighbouring channels sit in neighbouring vector lanes.
inline constexpr int kKeepLanes = 8;
inline constexpr int kKeepParts = 8;
inline constexpr int kKeepBlock = kKeepLanes * kKeepParts;

// The rate that 16 bits can hold: draws below the threshold are dropped.
struct KeepRate {
  explicit KeepRate(double rate = 0)
      : threshold(static_cast<uint32_t>(std::lround(rate * 65536))),
        scale(static_cast<float>(65536.0 / (65536.0 - threshold))) {}
  uint32_t threshold;
  float scale;
};

// Key and counter words that all draws of one site and sample share.
struct KeepStream {
  uint32_t seed_low, seed_high, site, epoch, sample;
};

// The stream of one sample. The site takes the upper half of a key word that the seed's upper half is mixed into.
inline KeepStream StreamOf(const DropoutSite& site, int64_t sample) {
  return {static_cast<uint32_t>(site.seed), static_cast<uint32_t>(site.seed >> 32), site.site,
          static_cast<uint32_t>(site.epoch), static_cast<uint32_t>(sample)};
}

// The four words of one Philox call: the draws of the channels of one lane of a block; call = 8 · block + lane. For
// devices whose threads take a call each; KeepScales (keep_scales.h) computes the same for all lanes of a block at
// once.
RETORT_HOST_DEVICE inline void KeepWords(const KeepStream& stream, uint32_t position, uint32_t call, uint32_t* words) {
  uint32_t c0 = stream.sample, c1 = stream.epoch, c2 = position, c3 = call;
  uint32_t k0 = stream.seed_low, k1 = stream.seed_high ^ (stream.site << 16);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * c0, b = uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<uint32_t>(b >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(b);
    c2 = static_cast<uint32_t>(a >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(a);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// The draw of one part, 0..7, from the words of its call.
RETORT_HOST_DEVICE inline uint32_t KeepDraw(const uint32_t* words, int part) {
  return (words[part / 2] >> (16 * (part % 2))) & 0xFFFF;
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_BITS_H_
