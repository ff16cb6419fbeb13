#include "framework/init/initializer.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/equal.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

ParameterSet Draw(uint64_t seed, int64_t rows, double range = 0.02, int64_t pad = 0) {
  ParameterSet parameters({{"embeddings.word", {rows, 100}, ParameterKind::kWeight},
                           {"layer.1.attention.query.weight", {rows, 100}, ParameterKind::kWeight},
                           {"layer.1.attention.query.bias", {7}, ParameterKind::kBias},
                           {"layer.1.attention.norm.scale", {7}, ParameterKind::kNormScale},
                           {"layer.1.attention.norm.shift", {7}, ParameterKind::kNormShift}},
                          at::kFloat, at::kCPU);
  parameters.Get("layer.1.attention.query.bias").fill_(3);
  parameters.Get("layer.1.attention.norm.shift").fill_(3);
  InitializeRandomNormal(seed, range, pad, &parameters);
  return parameters;
}

TEST(InitializeRandomNormal, HasTheMomentsOfTheNormalDistribution) {
  const ParameterSet parameters = Draw(1, 400);
  const at::Tensor drawn = parameters.Get("layer.1.attention.query.weight").to(at::kDouble) / 0.02;
  // 40,000 draws: the mean has a standard error of 0.005, the variance of 0.007, the fourth moment of 0.05.
  EXPECT_NEAR(drawn.mean().item<double>(), 0, 0.025);
  EXPECT_NEAR(drawn.pow(2).mean().item<double>(), 1, 0.035);
  EXPECT_NEAR(drawn.pow(4).mean().item<double>(), 3, 0.25);
  // The share beyond two standard deviations is 4.55 %, with a standard error of 0.1 %.
  EXPECT_NEAR(drawn.abs().gt(2).to(at::kDouble).mean().item<double>(), 0.0455, 0.005);
}

TEST(InitializeRandomNormal, BiasesAndShiftsAreZeroScalesOneAndThePaddingRowZero) {
  const ParameterSet parameters = Draw(1, 4, 0.02, 2);
  EXPECT_EQ(parameters.Get("layer.1.attention.query.bias").abs().sum().item<float>(), 0);
  EXPECT_EQ(parameters.Get("layer.1.attention.norm.shift").abs().sum().item<float>(), 0);
  EXPECT_EQ(parameters.Get("layer.1.attention.norm.scale").eq(1).all().item<bool>(), true);
  EXPECT_EQ(parameters.Get("embeddings.word").select(0, 2).abs().sum().item<float>(), 0);
  EXPECT_GT(parameters.Get("embeddings.word").select(0, 0).abs().sum().item<float>(), 0);
  EXPECT_GT(parameters.Get("layer.1.attention.query.weight").select(0, 2).abs().sum().item<float>(), 0);
}

TEST(InitializeRandomNormal, ADrawDependsOnSeedNameAndElementOnly) {
  const ParameterSet small = Draw(1, 4, 0.02, -1), large = Draw(1, 400, 0.02, -1), other = Draw(2, 4, 0.02, -1);
  const at::Tensor word = small.Get("embeddings.word");
  EXPECT_TRUE(at::equal(word, large.Get("embeddings.word").narrow(0, 0, 4)));
  EXPECT_FALSE(at::equal(word, other.Get("embeddings.word")));
  EXPECT_FALSE(at::equal(word, small.Get("layer.1.attention.query.weight")));
}

}  // namespace
}  // namespace retort
