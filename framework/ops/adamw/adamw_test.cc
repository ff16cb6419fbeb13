#include "framework/ops/adamw/adamw.h"

#include <cmath>
#include <limits>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "framework/ops/adamw/adamw_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr int64_t kSize = 100000;

std::vector<AdamWSegment> Segments() {
  return {{0, 70001, true, 1, true}, {70016, 1000, false, 0.5, true}, {71024, 28976, true, 1, false}};
}

// Of these segments.
at::Tensor Factors() { return at::tensor({0.5f, 0.125f, 1.0f}); }

AdamWOptions Options(int64_t step) {
  AdamWOptions options;
  options.learning_rate = 1e-2;
  options.beta2 = 0.98;
  options.epsilon = 1e-6;
  options.weight_decay = 0.1;
  options.step = step;
  return options;
}

// m = 0.1 g, v = 0.02 g²; corrected both are g and g², so the step is lr · g / (|g| + ε).
TEST(AdamW, FirstStepIsTheHandWorkedOne) {
  at::Tensor p = at::tensor({1.0f, 2.0f}), m = at::zeros({2}), v = at::zeros({2});
  AdamW(Options(1), {{0, 1, true, 1, true}, {1, 1, false, 1, true}}, at::ones({2}), p, at::tensor({3.0f, -4.0f}), m, v,
        {});
  EXPECT_NEAR(p[0].item<float>(), 1 * (1 - 1e-3) - 1e-2, 1e-6);
  EXPECT_NEAR(p[1].item<float>(), 2 + 1e-2, 1e-6);
  EXPECT_FLOAT_EQ(m[0].item<float>(), 0.3f);
  EXPECT_NEAR(v[1].item<float>(), 0.32f, 1e-6);
}

// Without correction the first step is lr · 0.1 g / (√0.02 |g| + ε), here of a gradient that its factor halves.
TEST(AdamW, WithoutBiasCorrectionTakesBertAdamsStep) {
  at::Tensor p = at::tensor({1.0f, 2.0f}), m = at::zeros({2}), v = at::zeros({2});
  AdamWOptions options = Options(1);
  options.bias_correction = false;
  AdamW(options, {{0, 1, true, 1, true}, {1, 1, false, 1, true}}, at::tensor({0.5f, 1.0f}), p,
        at::tensor({6.0f, -4.0f}), m, v, {});
  const double step = 1e-2 * 0.1 / std::sqrt(0.02);
  EXPECT_NEAR(p[0].item<float>(), 1 * (1 - 1e-3) - step, 1e-6);
  EXPECT_NEAR(p[1].item<float>(), 2 + step, 1e-6);
  EXPECT_FLOAT_EQ(m[0].item<float>(), 0.3f);
}

class AdamWReferenceOf : public ::testing::TestWithParam<bool> {};

TEST_P(AdamWReferenceOf, AgreesWithTheKernel) {
  at::Tensor p = RandomTensor({kSize}, 1, at::kFloat), m = at::zeros({kSize}), v = at::zeros({kSize});
  at::Tensor copy = p.to(at::kBFloat16);
  at::Tensor want_p = p.clone(), want_m = m.clone(), want_v = v.clone(), want_copy = copy.clone();
  for (int64_t step = 1; step <= 3; ++step) {
    const at::Tensor g = RandomTensor({kSize}, 10 + step, at::kFloat);
    AdamWOptions options = Options(step);
    options.bias_correction = GetParam();
    AdamW(options, Segments(), Factors(), p, g, m, v, copy);
    AdamWReference(options, Segments(), Factors(), want_p, g, want_m, want_v, want_copy);
  }
  EXPECT_THAT(p, IsCloseTo(want_p, 1e-6));
  EXPECT_THAT(m, IsCloseTo(want_m, 1e-6));
  EXPECT_THAT(v, IsCloseTo(want_v, 1e-6));
  EXPECT_TRUE(copy.narrow(0, 0, 70001).equal(p.narrow(0, 0, 70001).to(at::kBFloat16)));
}

INSTANTIATE_TEST_SUITE_P(BiasCorrection, AdamWReferenceOf, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "With" : "Without"; });

TEST(AdamW, LeavesFrozenParametersAlone) {
  const at::Tensor start = RandomTensor({kSize}, 1, at::kFloat);
  at::Tensor p = start.clone(), m = at::zeros({kSize}), v = at::zeros({kSize});
  AdamW(Options(1), Segments(), Factors(), p, RandomTensor({kSize}, 2, at::kFloat), m, v, {});
  EXPECT_TRUE(p.narrow(0, 71024, 28976).equal(start.narrow(0, 71024, 28976)));
  EXPECT_EQ(m.narrow(0, 71024, 28976).abs().max().item<float>(), 0);
  EXPECT_FALSE(p.narrow(0, 0, 70001).equal(start.narrow(0, 0, 70001)));
}

TEST(AdamW, LeavesASegmentAloneWhoseFactorIsNotFinite) {
  const at::Tensor start = RandomTensor({kSize}, 1, at::kFloat);
  for (float factor : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    at::Tensor p = start.clone(), m = at::zeros({kSize}), v = at::zeros({kSize}),
               copy = at::zeros({kSize}, at::kBFloat16);
    AdamW(Options(1), Segments(), at::tensor({factor, 1.0f, 1.0f}), p, RandomTensor({kSize}, 2, at::kFloat), m, v,
          copy);
    EXPECT_TRUE(p.narrow(0, 0, 70001).equal(start.narrow(0, 0, 70001)));
    for (const at::Tensor& tensor : {m, v, copy}) {
      EXPECT_EQ(tensor.narrow(0, 0, 70001).abs().max().item<float>(), 0);
      EXPECT_GT(tensor.narrow(0, 70016, 1000).abs().max().item<float>(), 0) << "another one takes its step";
    }
  }
}

TEST(GradientNorm, SumsTrainableSegmentsOnAnyNumberOfThreads) {
  const at::Tensor g = RandomTensor({kSize}, 3, at::kFloat);
  const double norm = GradientNorm(Segments(), g).item<double>();
  const at::Tensor wide = g.to(at::kDouble);
  const double want = std::sqrt(wide.narrow(0, 0, 70001).pow(2).sum().item<double>() +
                                wide.narrow(0, 70016, 1000).pow(2).sum().item<double>());
  EXPECT_NEAR(norm, want, 1e-9 * want);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  EXPECT_EQ(GradientNorm(Segments(), g).item<double>(), norm);
  at::set_num_threads(threads);
}

TEST(SegmentNorms, AreThoseOfEachTrainableSegment) {
  const at::Tensor g = RandomTensor({kSize}, 3, at::kFloat);
  const at::Tensor norms = SegmentNorms(Segments(), g);
  EXPECT_THAT(norms, IsCloseTo(SegmentNormsReference(Segments(), g), 1e-12));
  const at::Tensor second = g.to(at::kDouble).narrow(0, 70016, 1000);
  EXPECT_NEAR(norms[1].item<double>(), std::sqrt(second.pow(2).sum().item<double>()), 1e-12);
  EXPECT_EQ(norms[2].item<double>(), 0) << "it is frozen";
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  EXPECT_TRUE(SegmentNorms(Segments(), g).equal(norms));
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace retort::ops
