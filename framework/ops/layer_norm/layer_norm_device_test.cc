#include "framework/ops/layer_norm/layer_norm_device.h"

#include <optional>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/block/block.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/ops/dropout/row_draws.h"
#include "framework/ops/layer_norm/layer_norm_reference.h"
#include "framework/ops/layer_norm/layer_norm_row.h"
#include "framework/ops/layer_norm/norm_tensors.h"
#include "framework/testing/block/kernel_testing.h"
#include "framework/testing/block/thread_block.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::KernelTolerance;
using testing::RandomTensor;

constexpr double kEpsilon = 1e-5;
constexpr int64_t kPositions = 30, kSequences = 3;

DropoutSite Site() { return {11, 2, 3, at::tensor({7, 1, 9}, at::kLong)}; }

struct Case {
  at::Tensor x, skip, scale, shift, gradient;
  double rate = 0;
  at::Tensor places;  // Of the rows among all positions; undefined for all.
};

// Rows of two groups, the second not full. Packed rows are those of every place but each seventh.
Case RandomCase(at::ScalarType type, int64_t width, bool residual, double rate, bool packed) {
  Case c;
  const at::Tensor all = at::arange(kSequences * kPositions);
  if (packed) c.places = all.masked_select(all.remainder(7).ne(3));
  const int64_t rows = packed ? c.places.numel() : all.numel();
  c.x = 2 * RandomTensor({rows, width}, 1, type) + 1;
  if (residual) c.skip = RandomTensor({rows, width}, 2, type);
  c.scale = RandomTensor({width}, 3, type);
  c.shift = RandomTensor({width}, 4, type);
  c.gradient = RandomTensor({rows, width}, 5, type);
  c.rate = rate;
  return c;
}

// With and without each of what is added, what is dropped, and what is left out; 77 channels end within a block of
// draws.
std::vector<Case> Cases(at::ScalarType type) {
  return {RandomCase(type, 77, false, 0, false),   RandomCase(type, 77, true, 0, false),
          RandomCase(type, 77, true, 0.3, false),  RandomCase(type, 77, true, 0.3, true),
          RandomCase(type, 128, false, 0.3, true), RandomCase(type, 1, true, 0.3, false)};
}

// keep / (1 - p) of each value.
at::Tensor Keep(const Case& c) {
  const at::Tensor all =
      DropoutScaleReference(kPositions, c.x.size(1), c.rate, Site(), at::kCPU).flatten(0, 1).to(at::kDouble);
  return c.places.defined() ? all.index_select(0, c.places) : all;
}

struct Results {
  NormOutputs outputs;
  NormGradients gradients;
};

// Compares the sum with that of the inputs, and all else with what follows from the sum as it is stored.
void ExpectAgree(const Results& got, const Case& c) {
  const at::ScalarType type = c.x.scalar_type();
  const auto close_to = [type](const at::Tensor& want) { return IsCloseTo(want, KernelTolerance(type)); };
  const at::Tensor keep = Keep(c);
  at::Tensor added = c.x.to(at::kDouble) * keep;
  if (c.skip.defined()) added = added + c.skip.to(at::kDouble);
  EXPECT_THAT(got.outputs.sum, close_to(added));

  const std::vector<at::Tensor> inputs = {got.outputs.sum.to(at::kDouble), c.scale.to(at::kDouble),
                                          c.shift.to(at::kDouble)};
  EXPECT_THAT(got.outputs.y, close_to(LayerNormReference(inputs[0], inputs[1], inputs[2], kEpsilon)));
  const auto weighted = [&](const std::vector<at::Tensor>& in) {
    return (LayerNormReference(in[0], in[1], in[2], kEpsilon) * c.gradient.to(at::kDouble)).sum();
  };
  const std::vector<at::Tensor> want = testing::Gradients(weighted, inputs);
  EXPECT_THAT(got.gradients.skip, close_to(want[0]));
  EXPECT_THAT(got.gradients.x, close_to(want[0] * keep));
  EXPECT_THAT(got.gradients.scale, close_to(want[1]));
  EXPECT_THAT(got.gradients.shift, close_to(want[2]));
}

class LayerNormOnDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "SKIPPED: this was built with --config=cuda, and there is no CUDA device";
  }

  Results Run(const Case& c, double epsilon) const {
    const auto there = [&](const at::Tensor& x) { return x.defined() ? x.to(*device_) : x; };
    DropoutSite site = Site();
    site.sample_ids = there(site.sample_ids);
    const RowPlaces places{kPositions, there(c.places)};
    const RowDraws draws(c.rate, site, places);
    const at::Tensor x = there(c.x), skip = there(c.skip), scale = there(c.scale);
    NormOutputs outputs = LayerNormOnDevice(x, skip, {scale, there(c.shift), epsilon}, draws);
    NormGradients gradients = LayerNormGradientsOnDevice(there(c.gradient), outputs, scale, draws);
    for (at::Tensor* tensor : {&outputs.y, &outputs.sum, &outputs.mean, &outputs.inverse, &gradients.x, &gradients.skip,
                               &gradients.scale, &gradients.shift}) {
      *tensor = tensor->cpu();
    }
    return {outputs, gradients};
  }

  const std::optional<c10::Device> device_ = testing::KernelDevice();
};

TEST_F(LayerNormOnDeviceTest, AgreesWithTheReference) {
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (const Case& c : Cases(type)) {
      SCOPED_TRACE(::testing::Message() << type << ", " << c.x.sizes() << ", rate " << c.rate);
      ExpectAgree(Run(c, kEpsilon), c);
    }
  }
}

// x = (1, 5) and ε = 5: μ = 3, σ² = 4, so that z = (-2/3, 2/3); scale (3, 6), shift (0, 1), gradient (1, 1/2).
//   h = (3, 3): both means cancel but for Σ h z / H = 0, so that the gradient of x is (h - 3) / 3 = 0.
TEST_F(LayerNormOnDeviceTest, IsTheHandWorkedCase) {
  const auto row = [](double a, double b) { return at::tensor({a, b}, at::kDouble).view({1, 2}); };
  const Case c{row(1, 5), {}, row(3, 6).flatten(), row(0, 1).flatten(), row(1, 0.5), 0, {}};
  const Results got = Run(c, 5);
  EXPECT_THAT(got.outputs.y, IsCloseTo(row(-2, 5), 1e-15));
  EXPECT_THAT(got.outputs.mean, IsCloseTo(at::tensor({3.0}, at::kDouble), 1e-15));
  EXPECT_THAT(got.outputs.inverse, IsCloseTo(at::tensor({1 / 3.0}, at::kDouble), 1e-15));
  EXPECT_THAT(got.gradients.x, IsCloseTo(row(0, 0), 1e-15));
  EXPECT_THAT(got.gradients.scale, IsCloseTo(row(-2 / 3.0, 1 / 3.0).flatten(), 1e-15));
  EXPECT_THAT(got.gradients.shift, IsCloseTo(row(1, 0.5).flatten(), 1e-15));
}

TEST_F(LayerNormOnDeviceTest, HasTheSameBitsEachTime) {
  const Case c = RandomCase(at::kFloat, 77, true, 0.3, true);
  const Results first = Run(c, kEpsilon), second = Run(c, kEpsilon);
  EXPECT_TRUE(first.outputs.y.equal(second.outputs.y));
  EXPECT_TRUE(first.gradients.x.equal(second.gradients.x));
  EXPECT_TRUE(first.gradients.scale.equal(second.gradients.scale));
  EXPECT_TRUE(first.gradients.shift.equal(second.gradients.shift));
}

TEST_F(LayerNormOnDeviceTest, OfNoRowsHasNoGradient) {
  Case c = RandomCase(at::kFloat, 5, true, 0, false);
  for (at::Tensor* rows : {&c.x, &c.skip, &c.gradient}) *rows = rows->narrow(0, 0, 0);
  const Results got = Run(c, kEpsilon);
  EXPECT_EQ(got.outputs.y.numel(), 0);
  EXPECT_EQ((got.gradients.scale.abs() + got.gradients.shift.abs()).max().item<float>(), 0);
}

template <typename T>
Results RunThreads(const Case& c, const testing::BlockShape& shape) {
  using testing::ThreadBlock;
  const DropoutSite site = Site();
  const RowPlaces places{kPositions, c.places};
  const RowDraws draws(c.rate, site, places);
  const NormOutputs outputs = EmptyNormOutputs(c.x, c.skip.defined() || draws.drops());
  const auto pass = NormPassOf<T>(c.x, c.skip, {c.scale, c.shift, kEpsilon}, draws.rows(), outputs);
  testing::RunRows(shape, pass.rows, [&](const ThreadBlock& block, int64_t row) { NormalizeRow(block, pass, row); });

  const NormGradients gradients = EmptyNormGradients(c.gradient, c.scale, draws.drops());
  const at::Tensor sums = EmptyGroupSums<T>(outputs);
  const auto back = NormGradientPassOf<T>(c.gradient, outputs, c.scale, draws.rows(), sums, gradients);
  testing::RunRows(shape, back.rows, [&](const ThreadBlock& block, int64_t row) { NormGradientRow(block, back, row); });
  for (int64_t group = 0; group < back.groups(); ++group) {
    for (int64_t channel = 0; channel < back.width; ++channel) AddUpGroup(back, group, channel);
  }
  testing::RunRows(shape, back.width,
                   [&](const ThreadBlock& block, int64_t channel) { AddUpGroups(block, back, channel); });
  return {outputs, gradients};
}

TEST(LayerNormRow, AgreesWithTheReferenceForAnyBlock) {
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (const Case& c : Cases(type)) {
      for (const testing::BlockShape& shape : testing::BlockShapes()) {
        SCOPED_TRACE(::testing::Message() << type << ", " << c.x.sizes() << ", rate " << c.rate << ", " << shape);
        DispatchFloats(type, [&](auto t) { ExpectAgree(RunThreads<decltype(t)>(c, shape), c); });
      }
    }
  }
}

}  // namespace
}  // namespace retort::ops
