#include "framework/ops/adamw/adamw_device.h"

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "framework/ops/adamw/adamw.h"
#include "framework/ops/adamw/adamw_reference.h"
#include "framework/ops/adamw/adamw_row.h"
#include "framework/testing/block/kernel_testing.h"
#include "framework/testing/block/thread_block.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::KernelTolerance;
using testing::RandomTensor;

// Segments of several rows, of whole rows, of less than one, of nothing and of one element; others lie between and are
// frozen.
constexpr int64_t kSize = 30000;
std::vector<AdamWSegment> Segments() {
  return {{0, 9001, true, 1, true},     {9008, 8192, false, 0.5, true}, {17200, 0, true, 1, true},
          {17200, 700, true, 1, false}, {18000, 100, true, 2, true},    {18100, 1, false, 1, true},
          {20000, 10000, true, 1, true}};
}

// Of these segments; one takes no step.
at::Tensor Factors() {
  return at::tensor({0.5f, 0.125f, 1.0f, 1.0f, std::numeric_limits<float>::quiet_NaN(), 0.5f, 2.0f});
}

AdamWOptions Options(int64_t step, bool bias_correction) {
  AdamWOptions options;
  options.learning_rate = 1e-2;
  options.beta2 = 0.98;
  options.epsilon = 1e-6;
  options.weight_decay = 0.1;
  options.step = step;
  options.bias_correction = bias_correction;
  return options;
}

// The buffers of a step, on one device.
struct Buffers {
  at::Tensor parameters, first, second, copy;
};

Buffers Start(at::ScalarType type) {
  const at::Tensor parameters = RandomTensor({kSize}, 1, at::kFloat);
  return {parameters.to(type), at::zeros({kSize}, type), at::zeros({kSize}, type), parameters.to(at::kBFloat16)};
}

at::Tensor Gradient(int64_t step) { return RandomTensor({kSize}, 10 + step, at::kFloat); }

// Three steps; `step(options, gradient)` takes one.
template <typename Step>
void TakeSteps(bool bias_correction, const Step& step) {
  for (int64_t i = 1; i <= 3; ++i) step(Options(i, bias_correction), Gradient(i));
}

Buffers Reference(bool bias_correction) {
  Buffers b = Start(at::kDouble);
  TakeSteps(bias_correction, [&](const AdamWOptions& options, const at::Tensor& gradient) {
    AdamWReference(options, Segments(), Factors(), b.parameters, gradient.to(at::kDouble), b.first, b.second, b.copy);
  });
  return b;
}

void ExpectAgree(const Buffers& got, bool bias_correction) {
  const Buffers want = Reference(bias_correction), start = Start(at::kFloat);
  EXPECT_THAT(got.parameters, IsCloseTo(want.parameters, KernelTolerance(at::kFloat)));
  EXPECT_THAT(got.first, IsCloseTo(want.first, KernelTolerance(at::kFloat)));
  EXPECT_THAT(got.second, IsCloseTo(want.second, KernelTolerance(at::kFloat)));
  EXPECT_TRUE(got.copy.narrow(0, 0, 9001).equal(got.parameters.narrow(0, 0, 9001).to(at::kBFloat16)));
  EXPECT_TRUE(got.parameters.narrow(0, 17200, 800).equal(start.parameters.narrow(0, 17200, 800))) << "it is frozen";
  EXPECT_TRUE(got.copy.narrow(0, 17200, 800).equal(start.copy.narrow(0, 17200, 800))) << "it is frozen";
  EXPECT_TRUE(got.parameters.narrow(0, 18000, 100).equal(start.parameters.narrow(0, 18000, 100))) << "factor NaN";
}

class AdamWOnDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "SKIPPED: this was built with --config=cuda, and there is no CUDA device";
  }

  const std::optional<c10::Device> device_ = testing::KernelDevice();
};

TEST_F(AdamWOnDeviceTest, AgreesWithTheReference) {
  for (bool bias_correction : {false, true}) {
    Buffers b = Start(at::kFloat);
    for (at::Tensor* tensor : {&b.parameters, &b.first, &b.second, &b.copy}) *tensor = tensor->to(*device_);
    TakeSteps(bias_correction, [&](const AdamWOptions& options, const at::Tensor& gradient) {
      AdamWOnDevice(options, Segments(), Factors().to(*device_), b.parameters, gradient.to(*device_), b.first, b.second,
                    b.copy);
    });
    ExpectAgree({b.parameters.cpu(), b.first.cpu(), b.second.cpu(), b.copy.cpu()}, bias_correction);
  }
}

TEST_F(AdamWOnDeviceTest, NormsAreTheReferences) {
  const at::Tensor gradient = Gradient(1), there = gradient.to(*device_);
  EXPECT_THAT(GradientNormOnDevice(Segments(), there).cpu(),
              IsCloseTo(GradientNormReference(Segments(), gradient.to(at::kDouble)), KernelTolerance(at::kDouble)));
  EXPECT_THAT(SegmentNormsOnDevice(Segments(), there).cpu(),
              IsCloseTo(SegmentNormsReference(Segments(), gradient), KernelTolerance(at::kDouble)));
}

TEST_F(AdamWOnDeviceTest, OfNothingThatTrainsIsNothing) {
  const std::vector<AdamWSegment> frozen = {{0, 2, true, 1, false}};
  const at::Tensor ones = at::ones({2}).to(*device_), m = at::zeros({2}).to(*device_);
  at::Tensor parameters = ones.clone();
  AdamWOnDevice(Options(1, true), frozen, at::ones({1}).to(*device_), parameters, ones, m, m, {});
  EXPECT_TRUE(parameters.equal(ones));
  EXPECT_EQ(GradientNormOnDevice(frozen, ones).item<double>(), 0);
  EXPECT_EQ(SegmentNormsOnDevice(frozen, ones).item<double>(), 0);
}

// m = 0.1 g, v = 0.02 g²; corrected both are g and g², so the step is lr · g / (|g| + ε). The norm is 5.
TEST_F(AdamWOnDeviceTest, IsTheHandWorkedStep) {
  const auto there = [this](float a, float b) { return at::tensor({a, b}).to(*device_); };
  at::Tensor p = there(1, 2), m = there(0, 0), v = there(0, 0);
  const std::vector<AdamWSegment> segments = {{0, 1, true, 1, true}, {1, 1, false, 1, true}};
  AdamWOnDevice(Options(1, true), segments, there(1, 1), p, there(3, -4), m, v, {});
  EXPECT_NEAR(p[0].item<float>(), 1 * (1 - 1e-3) - 1e-2, 1e-6);
  EXPECT_NEAR(p[1].item<float>(), 2 + 1e-2, 1e-6);
  EXPECT_EQ(GradientNormOnDevice(segments, there(3, -4)).item<double>(), 5);
}

// Every element of the trainable segments belongs to one row, in the order of rows.
TEST(AdamWRow, RowsAreTheTrainableElements) {
  const AdamWTable table(Options(1, true), Segments(), at::kCPU);
  const AdamWParts parts = table.parts();
  std::vector<int> visits(kSize);
  int64_t last = 0;
  for (int64_t row = 0; row < parts.rows; ++row) {
    const AdamWRange range = RangeOf(parts, row);
    EXPECT_LE(last, range.from);
    EXPECT_GT(range.end, range.from);
    EXPECT_LE(range.end - range.from, kAdamWRow);
    for (int64_t i = range.from; i < range.end; ++i) ++visits[i];
    last = range.end;
  }
  std::vector<int> want(kSize);
  for (const AdamWSegment& segment : Segments()) {
    for (int64_t i = 0; segment.trainable && i < segment.size; ++i) ++want[segment.offset + i];
  }
  EXPECT_EQ(visits, want);
}

TEST(AdamWRow, AgreesWithTheReferenceForAnyBlock) {
  const at::Tensor factors = Factors();
  for (const testing::BlockShape& shape : testing::BlockShapes()) {
    SCOPED_TRACE(shape);
    const Buffers b = Start(at::kFloat);
    TakeSteps(/*bias_correction=*/true, [&](const AdamWOptions& options, const at::Tensor& gradient) {
      const AdamWTable table(options, Segments(), at::kCPU);
      const AdamWBuffers buffers = AdamWBuffersOf(factors, b.parameters, gradient, b.first, b.second, b.copy);
      testing::RunRows(shape, table.parts().rows, [&](const testing::ThreadBlock& block, int64_t row) {
        UpdateRow(block, table.parts(), buffers, row);
      });
    });
    ExpectAgree(b, /*bias_correction=*/true);
  }
}

TEST(AdamWRow, NormsAreTheReferencesForAnyBlock) {
  const at::Tensor gradient = Gradient(1);
  const AdamWTable table({}, Segments(), at::kCPU);
  const AdamWParts parts = table.parts();
  for (const testing::BlockShape& shape : testing::BlockShapes()) {
    const at::Tensor sums = at::empty({parts.rows}, at::kDouble);
    const at::Tensor norms = at::zeros({static_cast<int64_t>(Segments().size())}, at::kDouble);
    testing::RunRows(shape, parts.rows, [&](const testing::ThreadBlock& block, int64_t row) {
      SquareRow(block, parts, gradient.const_data_ptr<float>(), row, sums.data_ptr<double>());
    });
    testing::RunRows(shape, parts.count, [&](const testing::ThreadBlock& block, int64_t part) {
      NormOfPart(block, parts.data[part], sums.const_data_ptr<double>(), norms.data_ptr<double>());
    });
    EXPECT_THAT(norms, IsCloseTo(SegmentNormsReference(Segments(), gradient), KernelTolerance(at::kDouble))) << shape;
  }
}

}  // namespace
}  // namespace retort::ops
