#include "framework/ops/dropout/dropout_device.h"

#include <optional>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/ops/dropout/keep_rows.h"
#include "framework/ops/packing/packing.h"
#include "framework/testing/block/kernel_testing.h"
#include "framework/testing/block/thread_block.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::RandomTensor;

constexpr int64_t kPositions = 5;
constexpr double kRate = 0.3;

DropoutSite Site() { return {0x123456789ABCDEFull, 7, 3, at::tensor({int64_t{11}, int64_t{5000000000}, int64_t{12}})}; }

Packing SomePacking() { return {{5, 2, 3}, kPositions, {}, at::tensor({0, 1, 2, 3, 4, 5, 6, 10, 11, 12}, at::kLong)}; }

class DropOnDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "SKIPPED: this was built with --config=cuda, and there is no CUDA device";
  }

  at::Tensor Drop(const at::Tensor& x, const at::Tensor& rows) const {
    DropoutSite site = Site();
    site.sample_ids = site.sample_ids.to(*device_);
    return DropOnDevice(x.to(*device_), kRate, site, {kPositions, rows.defined() ? rows.to(*device_) : rows}).cpu();
  }

  const std::optional<c10::Device> device_ = testing::KernelDevice();
};

// Kept values are x / (1 - p') computed in float32 (float64) and rounded once; 150 channels end within a block of
// draws.
TEST_F(DropOnDeviceTest, HasTheReferenceBits) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    for (int64_t channels : {1, 64, 150}) {
      const at::ScalarType work = type == at::kDouble ? at::kDouble : at::kFloat;
      const at::Tensor x = RandomTensor({3, kPositions, channels}, 1, type);
      const at::Tensor scale = DropoutScaleReference(kPositions, channels, kRate, Site(), at::kCPU);
      EXPECT_TRUE(Drop(x, {}).equal((x.to(work) * scale.to(work)).to(type))) << type << " " << channels;
    }
  }
}

TEST_F(DropOnDeviceTest, OfPackedRowsHasTheBitsOfTheirPlaces) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    const at::Tensor x = RandomTensor({3, kPositions, 70}, 1, type);
    EXPECT_TRUE(Drop(Pack(x, SomePacking()), SomePacking().rows).equal(Pack(Drop(x, {}), SomePacking()))) << type;
  }
}

TEST_F(DropOnDeviceTest, OfNoRowsIsNothing) { EXPECT_EQ(Drop(RandomTensor({0, kPositions, 8}, 1), {}).numel(), 0); }

// Every channel once, by one thread, with its draw.
TEST(VisitChannels, GivesEachChannelItsDrawWhateverTheBlock) {
  const DropoutSite site = Site();
  for (int64_t channels : {1, 63, 64, 150}) {
    const at::Tensor want = DropoutScaleReference(kPositions, channels, kRate, site, at::kCPU).flatten(0, 1);
    const KeepRows rows = KeepRowsOf(kRate, site, {kPositions, {}});
    for (const testing::BlockShape& shape : testing::BlockShapes()) {
      const at::Tensor sum = want * 0, visits = want * 0;
      float *sums = sum.data_ptr<float>(), *counts = visits.data_ptr<float>();
      testing::RunRows(shape, want.size(0), [&](const testing::ThreadBlock& block, int64_t row) {
        VisitChannels(block, rows, row, channels, [&](int64_t channel, float keep) {
          sums[row * channels + channel] += keep;
          counts[row * channels + channel] += 1;
        });
      });
      EXPECT_TRUE(sum.equal(want)) << channels << " " << shape;
      EXPECT_TRUE(visits.eq(1).all().item<bool>()) << channels << " " << shape;
    }
  }
}

TEST(VisitChannels, KeepsAllAtRateZeroAndReadsNoSite) {
  const KeepRows rows = KeepRowsOf(0, {}, {kPositions, {}});
  for (const testing::BlockShape& shape : testing::BlockShapes()) {
    at::Tensor kept = at::tensor({0.0f, 0.0f, 0.0f});
    float* values = kept.data_ptr<float>();
    testing::RunRows(shape, 1, [&](const testing::ThreadBlock& block, int64_t row) {
      VisitChannels(block, rows, row, 3, [&](int64_t channel, float keep) { values[channel] += keep; });
    });
    EXPECT_TRUE(kept.eq(1).all().item<bool>()) << shape;
  }
}

}  // namespace
}  // namespace retort::ops
