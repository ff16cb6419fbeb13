#include "plugins/loss/hidden_mse/hidden_mse.h"

#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomOutputs;
using testing::RandomTensor;

at::Tensor Rows(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

std::vector<std::string> Names(const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  return names;
}

// s = (1, 2), W = ((1, 0), (0, 1), (1, 1)), b = (0, 0, 1): s Wᵀ + b = (1, 2, 4). Against t = (1, 0, 1): 0 + 4 + 9 = 13.
TEST(HiddenMseSum, IsTheHandWorkedError) {
  const at::Tensor s = Rows({1, 2}, 2), w = Rows({1, 0, 0, 1, 1, 1}, 2), b = at::tensor({0.0, 0.0, 1.0}, at::kDouble);
  EXPECT_EQ(HiddenMseSum(s, Rows({1, 0, 1}, 3), w, b).item<double>(), 13);
  EXPECT_EQ(HiddenMseSum(s, Rows({1, 0, 1}, 3), w, {}).item<double>(), 8);  // 0 + 4 + 4
  EXPECT_EQ(HiddenMseSum(s, Rows({0, 0}, 2), {}, {}).item<double>(), 5);    // 1 + 4
}

TEST(HiddenMseSum, GradientsAgreeWithFiniteDifferences) {
  const at::Tensor t = RandomTensor({4, 6}, 4);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return HiddenMseSum(in[0], t, in[1], in[2]); },
                                   {RandomTensor({4, 3}, 1), RandomTensor({6, 3}, 2), RandomTensor({6}, 3)}),
            1e-7);
}

HiddenMseConfig Mapped(HiddenMseConfig::Projection projection) {
  HiddenMseConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  config.set_projection(projection);
  return config;
}

TEST(HiddenMseLoss, DeclaresItsProjections) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  teacher.hidden_size = 12;
  const LossContext context{student, &teacher, testing::TestMappings()};
  HiddenMseConfig config = Mapped(HiddenMseConfig::SHARED);
  auto shared = HiddenMseLoss::Create(config, context);
  ASSERT_THAT(shared, IsOk());
  ASSERT_THAT(Names((*shared)->parameters()), ElementsAre("projection.weight"));
  EXPECT_THAT((*shared)->parameters()[0].shape, ElementsAre(12, 8));

  config = Mapped(HiddenMseConfig::PER_LAYER);
  config.set_bias(true);
  config.set_embeddings(true);
  auto per_layer = HiddenMseLoss::Create(config, context);
  ASSERT_THAT(per_layer, IsOk());
  EXPECT_THAT(Names((*per_layer)->parameters()),
              ElementsAre("projection.0.weight", "projection.0.bias", "projection.1.weight", "projection.1.bias",
                          "projection.2.weight", "projection.2.bias"));
  EXPECT_THAT((*per_layer)->parameters()[1].shape, ElementsAre(12));
  EXPECT_EQ((*per_layer)->parameters()[1].kind, ParameterKind::kBias);
  EXPECT_EQ((*per_layer)->teacher().hidden, (std::set<int>{0, 2, 4}));
}

// All differences are 1: the sum over 2 pairs of weight 1 is 2 · positions · H, so that the term is 2.
TEST(HiddenMseLoss, LayersAddAndPositionsAverage) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  auto term = HiddenMseLoss::Create(Mapped(HiddenMseConfig::NONE), {student, &teacher, testing::TestMappings()});
  ASSERT_THAT(term, IsOk());
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2, 4}, 1));
  ModelOutputs s = RandomOutputs(student, batch, (*term)->student(), 1), t;
  t.hidden[2] = s.hidden[1] + 1;
  t.hidden[4] = s.hidden[2] + 1;
  s.hidden[1][0][3].fill_(std::numeric_limits<double>::quiet_NaN());  // Padding.
  const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_EQ((*term)->Count(batch.masks), 6 * 8);
  EXPECT_NEAR(sum->item<double>() / (*term)->Count(batch.masks), 2, 1e-12);
}

// Sequences of 2 and 4 positions, padded to 4: differences of 1 at real and of 3 at padded positions give
// (6 · 1 + 2 · 9) / 8 = 3 with padding, 1 without.
TEST(HiddenMseLoss, CanAverageOverPadding) {
  const EncoderConfig student = testing::SmallEncoder(1), teacher = testing::SmallEncoder(1);
  HiddenMseConfig config = Mapped(HiddenMseConfig::NONE);
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2, 4}, 1));
  ModelOutputs s, t;
  s.hidden[1] = at::zeros({2, 4, 8}, at::kDouble);
  t.hidden[1] = s.hidden[1] + 1;
  t.hidden[1][0].slice(0, 2, 4).fill_(3);
  for (auto [padding, expected] : std::vector<std::pair<HiddenMseConfig::Padding, double>>{
           {HiddenMseConfig::INCLUDED, 3}, {HiddenMseConfig::EXCLUDED, 1}}) {
    config.set_padding(padding);
    auto term = HiddenMseLoss::Create(config, {student, &teacher, testing::TestMappings()});
    ASSERT_THAT(term, IsOk());
    EXPECT_EQ((*term)->student().padding, padding == HiddenMseConfig::INCLUDED);
    EXPECT_EQ((*term)->teacher().padding, padding == HiddenMseConfig::INCLUDED);
    const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
    EXPECT_NEAR(sum->item<double>() / (*term)->Count(batch.masks), expected, 1e-12);
    EXPECT_EQ((*term)->teacher().padding, padding == HiddenMseConfig::INCLUDED);
  }
}

TEST(HiddenMseLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  EXPECT_THAT(HiddenMseLoss::Create({}, {student}), IsInvalidArgument("HiddenMseConfig: needs a teacher"));
  EXPECT_THAT(HiddenMseLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("want a mapping, embeddings: true or both, got neither"));
  teacher.hidden_size = 12;
  EXPECT_THAT(HiddenMseLoss::Create(Mapped(HiddenMseConfig::NONE), {student, &teacher, testing::TestMappings()}),
              IsInvalidArgument("got 12 in the teacher and 8 in the student; projection: SHARED or PER_LAYER"));
}

TEST(HiddenMseLoss, WarnsOfABiasWithoutProjection) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  std::vector<std::string> warnings;
  HiddenMseConfig config = Mapped(HiddenMseConfig::NONE);
  config.set_bias(true);
  auto term = HiddenMseLoss::Create(config, {student, &teacher, testing::TestMappings(), &warnings});
  ASSERT_THAT(term, IsOk());
  EXPECT_THAT(warnings, ElementsAre("HiddenMseConfig.bias: there is no projection that could have a bias"));
  EXPECT_TRUE((*term)->parameters().empty());
}

}  // namespace
}  // namespace retort
