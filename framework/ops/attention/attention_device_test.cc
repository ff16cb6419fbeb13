#include "framework/ops/attention/attention_device.h"

#include <cmath>
#include <limits>
#include <optional>
#include <ostream>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/triu.h"
#include "framework/ops/attention/attention_row.h"
#include "framework/ops/attention/softmax_options.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/dropout_reference.h"
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

constexpr int64_t kSequences = 2, kHeads = 2, kPositions = 67;  // Keys end within their second block of draws.
constexpr double kScale = 0.3;

struct Case {
  bool padded, causal;
  double rate;
};
const std::vector<Case> kCases = {{false, false, 0}, {true, false, 0},  {false, true, 0},
                                  {true, true, 0},   {true, true, 0.3}, {false, false, 0.3}};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << (c.padded ? "padded " : "") << (c.causal ? "causal " : "") << "rate " << c.rate;
}

DropoutSite Site() { return {42, 7, 3, at::tensor({11, 12}, at::kLong)}; }

// The second sequence has 29 real positions.
at::Tensor Valid(const Case& c) {
  if (!c.padded) return {};
  return at::arange(kPositions).unsqueeze(0).lt(at::tensor({kPositions, int64_t{29}}).unsqueeze(1));
}

at::Tensor RandomScores(at::ScalarType type, uint64_t seed) {
  return 3 * RandomTensor({kSequences, kHeads, kPositions, kPositions}, seed, type);
}

// keep / (1 - p) of each weight.
at::Tensor Keep(const Case& c) {
  return DropoutScaleReference(kHeads * kPositions, kPositions, c.rate, Site(), at::kCPU)
      .view({kSequences, kHeads, kPositions, kPositions})
      .to(at::kDouble);
}

at::Tensor Probabilities(const Case& c, const at::Tensor& scores) {
  constexpr double kMasked = -std::numeric_limits<double>::infinity();
  at::Tensor scaled = scores * kScale;
  if (c.padded) scaled = scaled.masked_fill(Valid(c).logical_not().view({kSequences, 1, 1, -1}), kMasked);
  if (c.causal) scaled = scaled.masked_fill(at::ones_like(scaled, at::kBool).triu(1), kMasked);
  return at::softmax(scaled, -1);
}

struct Results {
  at::Tensor p, dropped;                     // Of the forward pass
  at::Tensor gradient, dropped_of_gradient;  // Of the backward pass
};

// The gradient is compared with what follows from p as it is stored.
void ExpectAgree(const Results& got, const Case& c, at::ScalarType type) {
  const auto close_to = [type](const at::Tensor& want) { return IsCloseTo(want, KernelTolerance(type)); };
  const at::Tensor keep = Keep(c), p = Probabilities(c, RandomScores(type, 1).to(at::kDouble));
  const at::Tensor g = RandomScores(type, 2).to(at::kDouble) * keep, stored = got.p.to(at::kDouble);
  EXPECT_THAT(got.p, close_to(p));
  EXPECT_TRUE(got.p.eq(0).equal(p.eq(0))) << "weight is where keys are seen";
  EXPECT_THAT(got.gradient, close_to(kScale * stored * (g - (stored * g).sum(-1, /*keepdim=*/true))));
  if (c.rate == 0) return;
  EXPECT_THAT(got.dropped, close_to(p * keep));
  EXPECT_THAT(got.dropped_of_gradient, close_to(stored * keep));
}

class AttentionOnDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "SKIPPED: this was built with --config=cuda, and there is no CUDA device";
  }

  Results Run(const Case& c, at::ScalarType type) const {
    DropoutSite site = Site();
    site.sample_ids = site.sample_ids.to(*device_);
    const at::Tensor valid = Valid(c);
    const SoftmaxOptions options{{valid.defined() ? valid.to(*device_) : valid, c.causal}, kScale, c.rate, &site};
    at::Tensor p = RandomScores(type, 1).to(*device_), gradient = RandomScores(type, 2).to(*device_);
    at::Tensor dropped, dropped_of_gradient;
    if (c.rate > 0) dropped = at::empty_like(p), dropped_of_gradient = at::empty_like(p);
    SoftmaxOnDevice(options, &p, &dropped);
    SoftmaxGradientOnDevice(options, p, &gradient, &dropped_of_gradient);
    const auto here = [](const at::Tensor& x) { return x.defined() ? x.cpu() : x; };
    return {here(p), here(dropped), here(gradient), here(dropped_of_gradient)};
  }

  const std::optional<c10::Device> device_ = testing::KernelDevice();
};

TEST_F(AttentionOnDevice, AgreesWithTheReference) {
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (const Case& c : kCases) {
      SCOPED_TRACE(::testing::Message() << type << ", " << c);
      ExpectAgree(Run(c, type), c, type);
    }
  }
}

TEST(AttentionRow, GradientOfTheReferenceIsAutograds) {
  const Case c{true, true, 0.3};
  const at::Tensor scores = RandomScores(at::kDouble, 1), g = RandomScores(at::kDouble, 2) * Keep(c);
  const auto weighted = [&](const std::vector<at::Tensor>& in) { return (Probabilities(c, in[0]) * g).sum(); };
  const at::Tensor p = Probabilities(c, scores);
  EXPECT_THAT(kScale * p * (g - (p * g).sum(-1, /*keepdim=*/true)),
              IsCloseTo(testing::Gradients(weighted, {scores})[0], KernelTolerance(at::kDouble)));
}

// Scores (0, ln 3) at scale 1: p = (1/4, 3/4). With g = (4, 0), Σ p g = 1 and the gradient is (1/4 · 3, 3/4 · -1).
TEST_F(AttentionOnDevice, IsTheHandWorkedCase) {
  const auto rows = [](double a, double b) { return at::tensor({a, b, a, b}, at::kDouble).view({1, 1, 2, 2}); };
  at::Tensor p = rows(0, std::log(3.0)).to(*device_), gradient = rows(4, 0).to(*device_), dropped;
  SoftmaxOnDevice({}, &p, &dropped);
  EXPECT_THAT(p.cpu(), IsCloseTo(rows(0.25, 0.75), 1e-15));
  SoftmaxGradientOnDevice({}, p, &gradient, &dropped);
  EXPECT_THAT(gradient.cpu(), IsCloseTo(rows(0.75, -0.75), 1e-15));
}

TEST_F(AttentionOnDevice, SurvivesScoresOfTenThousand) {
  at::Tensor p = at::tensor({1e4f, -1e4f, -1e4f, -1e4f}).view({1, 1, 2, 2}).to(*device_), dropped;
  SoftmaxOnDevice({}, &p, &dropped);
  EXPECT_TRUE(p.cpu().equal(at::tensor({1.0f, 0.0f, 0.5f, 0.5f}).view({1, 1, 2, 2})));
}

// What masked scores hold changes no bit.
TEST_F(AttentionOnDevice, MaskedScoresDoNotLeak) {
  const at::Tensor valid = at::tensor({1, 0, 1}, at::kLong).to(at::kBool).view({1, 3}).to(*device_);
  const at::Tensor scores = RandomTensor({1, 1, 3, 3}, 1, at::kFloat);
  const auto softmax = [&](float masked) {
    at::Tensor p = scores.clone(), dropped;
    p.select(3, 1).fill_(masked);
    p = p.to(*device_);
    SoftmaxOnDevice({{valid, false}, kScale, 0, nullptr}, &p, &dropped);
    return p.cpu();
  };
  const at::Tensor want = softmax(0);
  EXPECT_TRUE(softmax(std::numeric_limits<float>::quiet_NaN()).equal(want));
  EXPECT_TRUE(softmax(std::numeric_limits<float>::infinity()).equal(want));
}

template <typename T>
Results RunThreads(const Case& c, at::ScalarType type, const testing::BlockShape& shape) {
  const DropoutSite site = Site();
  const SoftmaxOptions options{{Valid(c), c.causal}, kScale, c.rate, &site};
  Results results{RandomScores(type, 1), {}, RandomScores(type, 2), {}};
  if (c.rate > 0) {
    results.dropped = at::empty_like(results.p);
    results.dropped_of_gradient = at::empty_like(results.p);
  }
  const auto run = [&](const auto& pass) {
    testing::RunRows(shape, pass.rows.count,
                     [&](const testing::ThreadBlock& block, int64_t row) { pass.Run(block, row); });
  };
  run(SoftmaxPassOf<T>(options, results.p, results.dropped));
  run(SoftmaxGradientPassOf<T>(options, results.p, results.gradient, results.dropped_of_gradient));
  return results;
}

TEST(AttentionRow, AgreesWithTheReferenceForAnyBlock) {
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (const Case& c : {Case{true, true, 0}, Case{true, true, 0.3}}) {
      for (const testing::BlockShape& shape : testing::BlockShapes()) {
        SCOPED_TRACE(::testing::Message() << type << ", " << c << ", " << shape);
        DispatchFloats(type, [&](auto t) { ExpectAgree(RunThreads<decltype(t)>(c, type, shape), c, type); });
      }
    }
  }
}

}  // namespace
}  // namespace retort::ops
