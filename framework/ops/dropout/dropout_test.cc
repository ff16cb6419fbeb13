#include "framework/ops/dropout/dropout.h"

#include <cmath>
#include <cstdint>
#include <set>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "c10/util/BFloat16.h"
#include "framework/base/philox.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

DropoutSite Site() { return {0x123456789ABCDEFull, 7, 3, at::tensor({int64_t{11}, int64_t{5000000000}, int64_t{12}})}; }

// Kept values are x / (1 - p') computed in float32 (float64) and rounded once; dropped ones are 0.
TEST(Dropout, HasTheReferenceBits) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    const at::ScalarType work = type == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor x = RandomTensor({3, 5, 150}, 1, type);
    const at::Tensor scale = DropoutScaleReference(5, 150, 0.3, Site(), at::kCPU);
    const at::Tensor out = Dropout(x, 0.3, Site());
    EXPECT_EQ(out.scalar_type(), type);
    EXPECT_TRUE(out.equal((x.to(work) * scale.to(work)).to(type))) << type;
  }
}

// p' = 19661 / 65536, so that 1 / (1 - p') = 65536 / 45875 for every kept value.
TEST(Dropout, ScalesWhatItKeepsByTheRateThatSixteenBitsHold) {
  const at::Tensor x = at::ones({3, 40, 640}, at::kBFloat16);
  const at::Tensor out = Dropout(x, 0.3, Site());
  const at::Tensor kept = out.masked_select(out.ne(0));
  EXPECT_TRUE(kept.eq(c10::BFloat16(65536.0f / 45875.0f)).all().item<bool>());
  const double n = static_cast<double>(out.numel()), p = 19661.0 / 65536;
  const double dropped = n - static_cast<double>(kept.numel());
  EXPECT_NEAR(dropped, n * p, 4 * std::sqrt(n * p * (1 - p)));  // Four deviations of the binomial.
}

// The first draw of the second sequence at position 2 is the low half of Philox's first word.
TEST(Dropout, DrawsWhatPhiloxGives) {
  const PhiloxCounter words =
      Philox4x32({static_cast<uint32_t>(5000000000), 3, 2, 0}, {0x89ABCDEF, 0x01234567 ^ (7u << 16)});
  const at::Tensor scale = DropoutScaleReference(5, 8, 0.5, Site(), at::kCPU);
  EXPECT_EQ(scale[1][2][0].item<float>(), (words[0] & 0xFFFF) < 32768 ? 0.0f : 2.0f);
}

TEST(Dropout, ASeedForKernelsIsOfAllThatASiteIs) {
  const DropoutSite site{1, 2, 3, {}, 4};
  std::set<uint64_t> seeds = {KernelSeed(site)};
  for (const DropoutSite& other : {DropoutSite{9, 2, 3, {}, 4}, DropoutSite{1, 9, 3, {}, 4},
                                   DropoutSite{1, 2, 9, {}, 4}, DropoutSite{1, 2, 3, {}, 9}}) {
    seeds.insert(KernelSeed(other));
  }
  EXPECT_EQ(seeds.size(), 5u);
  const PhiloxCounter words = Philox4x32({4, 3, 0xFFFFFFFF, 0}, {1, 2u << 16});
  EXPECT_EQ(KernelSeed(site), uint64_t{words[1]} << 32 | words[0]);
}

TEST(Dropout, DropsTheShareItIsAskedFor) {
  const at::Tensor scale = DropoutScaleReference(100, 999, 0.1, Site(), at::kCPU);
  EXPECT_NEAR(scale.eq(0).to(at::kDouble).mean().item<double>(), 0.1, 0.002);
  EXPECT_NEAR(scale.mean().item<double>(), 1, 0.003);
}

TEST(Dropout, GradientHasTheSameBits) {
  const at::Tensor x = RandomTensor({3, 5, 70}, 1);
  const auto gradients = testing::Gradients([](const auto& in) { return Dropout(in[0], 0.3, Site()).sum(); }, {x});
  EXPECT_TRUE(gradients[0].equal(DropoutScaleReference(5, 70, 0.3, Site(), at::kCPU).to(at::kDouble)));
}

TEST(Dropout, DoesNotDependOnHowABatchIsCut) {
  const at::Tensor x = at::ones({3, 5, 70});
  std::vector<at::Tensor> parts;
  for (int64_t b = 0; b < 3; ++b) {
    DropoutSite site = Site();
    site.sample_ids = site.sample_ids.narrow(0, b, 1);
    parts.push_back(Dropout(x.narrow(0, b, 1), 0.3, site));
  }
  EXPECT_TRUE(at::cat(parts).equal(Dropout(x, 0.3, Site())));
}

// Bits belong to places: rows that are some of them lose what they would lose among all.
TEST(Dropout, OfPackedRowsHasTheBitsOfTheirPlaces) {
  const Packing packing{{5, 2, 3}, 5, {}, at::tensor({0, 1, 2, 3, 4, 5, 6, 10, 11, 12}, at::kLong)};
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    const at::Tensor x = RandomTensor({3, 5, 70}, 1, type);
    EXPECT_TRUE(Dropout(Pack(x, packing), 0.3, Site(), packing).equal(Pack(Dropout(x, 0.3, Site()), packing))) << type;
  }
  const auto packed = [&](const auto& in) { return Dropout(Pack(in[0], packing), 0.3, Site(), packing).sum(); };
  const at::Tensor gradient = testing::Gradients(packed, {RandomTensor({3, 5, 70}, 1)})[0];
  const at::Tensor scale = DropoutScaleReference(5, 70, 0.3, Site(), at::kCPU).to(at::kDouble);
  EXPECT_TRUE(gradient.equal(Unpack(Pack(scale, packing), packing)));
}

TEST(Dropout, DependsOnSeedSiteAndEpoch) {
  const at::Tensor x = at::ones({3, 5, 70});
  const at::Tensor out = Dropout(x, 0.3, Site());
  DropoutSite seed = Site(), site = Site(), epoch = Site();
  ++seed.seed;
  ++site.site;
  ++epoch.epoch;
  EXPECT_FALSE(Dropout(x, 0.3, seed).equal(out));
  EXPECT_FALSE(Dropout(x, 0.3, site).equal(out));
  EXPECT_FALSE(Dropout(x, 0.3, epoch).equal(out));
}

TEST(Dropout, OfRateZeroIsTheInput) {
  const at::Tensor x = RandomTensor({1, 2, 3}, 1);
  EXPECT_TRUE(Dropout(x, 0, Site()).is_same(x));
}

}  // namespace
}  // namespace retort::ops
