#include "framework/testing/gradient_check.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/log.h"
#include "ATen/ops/sin.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort::testing {
namespace {

TEST(GradientError, IsSmallForARightGradient) {
  const at::Tensor x = RandomTensor({2, 3}, 1), y = RandomTensor({3}, 2);
  EXPECT_LT(GradientError([](const auto& in) { return (in[0].sin() * in[1]).sum(); }, {x, y}), 1e-9);
}

// d(x · detach(x))/dx is taken for x instead of 2x.
TEST(GradientError, SeesAWrongGradient) {
  const at::Tensor x = RandomTensor({4}, 1);
  EXPECT_GT(GradientError([](const auto& in) { return (in[0] * in[0].detach()).sum(); }, {x}), 0.05);
}

TEST(GradientError, SeesAnUnusedInputAndNaN) {
  const at::Tensor x = RandomTensor({4}, 1);
  EXPECT_LT(GradientError([](const auto& in) { return in[0].sum(); }, {x, x}), 1e-9);
  EXPECT_TRUE(std::isnan(GradientError([](const auto& in) { return in[0].log().sum(); }, {x - 100})));
}

}  // namespace
}  // namespace retort::testing
