#include "plugins/init/random_normal/random_normal.h"

#include <limits>

#include "ATen/core/Tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

ParameterSet Parameters() {
  return ParameterSet({{"embeddings.word", {50, 40}, ParameterKind::kWeight},
                       {"embeddings.norm.scale", {40}, ParameterKind::kNormScale}},
                      at::kFloat, at::kCPU);
}

double Deviation(const RandomNormalConfig& config, const EncoderConfig& student) {
  auto init = RandomNormalInit::Create(config, {student});
  ParameterSet parameters = Parameters();
  InitializerInputs inputs;
  inputs.seed = 3;
  EXPECT_THAT((*init)->Initialize(inputs, &parameters), IsOk());
  return parameters.Get("embeddings.word").std().item<double>();
}

// 1,960 drawn weights: the standard error of the deviation is 1.6 %; the padding row of zeros takes 1 %.
TEST(RandomNormalInit, TakesTheRangeOfTheArchitectureUnlessToldOtherwise) {
  EncoderConfig student = testing::SmallEncoder(1);
  student.initializer_range = 0.5;
  EXPECT_NEAR(Deviation({}, student), 0.5, 0.03);
  RandomNormalConfig config;
  config.set_range(0.02);
  EXPECT_NEAR(Deviation(config, student), 0.02, 0.0012);
}

TEST(RandomNormalInit, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(1);
  RandomNormalConfig config;
  config.set_range(0);
  EXPECT_THAT(RandomNormalInit::Create(config, {student}),
              IsInvalidArgument("RandomNormalConfig.range: want a finite number > 0, got 0"));
  config.set_range(std::numeric_limits<double>::infinity());
  EXPECT_THAT(RandomNormalInit::Create(config, {student}), IsInvalidArgument("got inf"));
}

}  // namespace
}  // namespace retort
