#include "losses/huber/huber.h"

#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace losses {
namespace {

namespace rt = retort::testing;

at::Tensor Rows(std::vector<double> values) { return at::tensor(values, at::kDouble).reshape({-1, 2}); }

// d = (-1, 5), δ = 2: 1/2 + 2 (5 - 1) = 8.5; the gradient is (-1, 2).
TEST(HuberSum, IsTheHandWorkedCase) {
  EXPECT_DOUBLE_EQ(HuberSum(Rows({1, 7}), Rows({2, 2}), 2).item<double>(), 8.5);
  const auto sum = [](const auto& in) { return HuberSum(in[0], Rows({2, 2}), 2); };
  EXPECT_THAT(rt::Gradients(sum, {Rows({1, 7})})[0], rt::IsCloseTo(Rows({-1, 2}), 1e-12));
}

TEST(HuberLoss, RejectsWhatCannotBe) {
  const retort::EncoderConfig student = rt::SmallEncoder(2), teacher = rt::SmallEncoder(4);
  HuberConfig config;
  EXPECT_THAT(HuberLoss::Create(config, {student}), rt::IsInvalidArgument("HuberConfig: needs a teacher"));
  config.set_delta(0);
  EXPECT_THAT(HuberLoss::Create(config, {student, &teacher}),
              rt::IsInvalidArgument("HuberConfig.delta: want > 0, got 0"));
}

}  // namespace
}  // namespace losses
