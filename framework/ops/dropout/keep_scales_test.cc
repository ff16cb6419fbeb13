#include "framework/ops/dropout/keep_scales.h"

#include "ATen/ops/zeros.h"
#include "framework/ops/dropout/keep_bits.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

TEST(KeepWords, AreTheDrawsOfTheirLane) {
  const KeepStream stream = StreamOf({0x123456789ABCDEF0, 37, 5, at::zeros({1}, at::kLong)}, 0x9ABCDEF01234);
  const KeepRate rate(0.3);
  float scales[kKeepBlock];
  for (uint32_t block = 0; block < 3; ++block) {
    KeepScales(stream, 77, block, rate, scales);
    for (int lane = 0; lane < kKeepLanes; ++lane) {
      uint32_t words[4];
      KeepWords(stream, 77, block * kKeepLanes + lane, words);
      for (int part = 0; part < kKeepParts; ++part) {
        EXPECT_EQ(scales[part * kKeepLanes + lane], KeepDraw(words, part) < rate.threshold ? 0.0f : rate.scale);
      }
    }
  }
}

}  // namespace
}  // namespace retort::ops
