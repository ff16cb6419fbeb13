#include "plugins/loss/cosine/cosine.h"

#include <cmath>
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

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomOutputs;
using testing::RandomTensor;

at::Tensor Rows(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

// (3, 4)·(4, 3) = 24 and both are 5 long: 1 - 24/25 = 0.04. (1, 0) and (0, 2) are orthogonal: 1. Opposite rows: 2.
TEST(CosineSum, IsTheHandWorkedDistance) {
  EXPECT_NEAR(CosineSum(Rows({3, 4, 1, 0, 2, 2}, 2), Rows({4, 3, 0, 2, -1, -1}, 2)).item<double>(), 3.04, 1e-11);
}

TEST(CosineSum, IsZeroAtEqualityAndBlindToScale) {
  const at::Tensor s = RandomTensor({4, 8}, 1), t = RandomTensor({4, 8}, 2);
  EXPECT_NEAR(CosineSum(t, t).item<double>(), 0, 1e-11);
  EXPECT_NEAR(CosineSum(s * 3, t).item<double>(), CosineSum(s, t).item<double>(), 1e-10);
}

TEST(CosineSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor t = RandomTensor({4, 8}, 2);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return CosineSum(in[0], t); }, {RandomTensor({4, 8}, 1)}),
            1e-8);
}

TEST(CosineSum, ARowOfZerosHasAFiniteGradient) {
  const at::Tensor t = RandomTensor({1, 4}, 2);
  const auto gradient =
      testing::Gradients([&](const auto& in) { return CosineSum(in[0], t); }, {at::zeros({1, 4}, at::kDouble)});
  EXPECT_TRUE(gradient[0].isfinite().all().item<bool>());
  EXPECT_EQ(CosineSum(at::zeros({1, 4}, at::kDouble), t).item<double>(), 1);
}

TEST(CosineLoss, ComparesTheLastLayersOfRealPositionsByDefault) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  auto term = CosineLoss::Create({}, {student, &teacher});
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ((*term)->student().hidden, std::set<int>{2});
  EXPECT_EQ((*term)->teacher().hidden, std::set<int>{4});

  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2, 4}, 1));
  EXPECT_EQ((*term)->Count(batch.masks), 6);
  ModelOutputs s = RandomOutputs(student, batch, (*term)->student(), 1);
  const ModelOutputs t = RandomOutputs(teacher, batch, (*term)->teacher(), 2);
  double expected = 0;
  for (auto [b, p] : std::vector<std::pair<int, int>>{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {1, 3}}) {
    const at::Tensor x = s.hidden[2][b][p], y = t.hidden.at(4)[b][p];
    expected += 1 - (x.dot(y) / (x.norm() * y.norm())).item<double>();
  }
  s.hidden[2][0][2].fill_(std::numeric_limits<double>::quiet_NaN());
  const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_NEAR(sum->item<double>(), expected, 1e-9);
}

TEST(CosineLoss, ComparesMappedLayersAndEmbeddingsWhenTold) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  CosineConfig config;
  config.set_layers(CosineConfig::MAPPED);
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  config.set_embeddings(true);
  auto term = CosineLoss::Create(config, {student, &teacher, testing::TestMappings()});
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ((*term)->student().hidden, (std::set<int>{0, 1, 2}));
  EXPECT_EQ((*term)->teacher().hidden, (std::set<int>{0, 2, 4}));
}

// Two pairs of weights 1 and 3, each at distance 1 (orthogonal rows): 4 for one position.
TEST(CosineLoss, AddsPairsByTheirWeights) {
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({1}, 1));
  ModelOutputs s, t;
  for (int layer : {1, 2}) {
    s.hidden[layer] = Rows({1, 0}, 2).reshape({1, 1, 2});
    t.hidden[layer] = Rows({0, 1}, 2).reshape({1, 1, 2});
  }
  const CosineLoss term({{1, 1, 1}, {2, 2, 3}});
  EXPECT_NEAR(term.Sum({batch, s, &t, {}})->item<double>(), 4, 1e-12);
}

TEST(CosineLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  EXPECT_THAT(CosineLoss::Create({}, {student}), IsInvalidArgument("CosineConfig: needs a teacher"));
  CosineConfig config;
  config.set_layers(CosineConfig::MAPPED);
  EXPECT_THAT(CosineLoss::Create(config, {student, &teacher}),
              IsInvalidArgument("CosineConfig.mapping: want a mapping for layers: MAPPED, got none"));
  config.set_layers(CosineConfig::LAST);
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  EXPECT_THAT(CosineLoss::Create(config, {student, &teacher, testing::TestMappings()}),
              IsInvalidArgument("CosineConfig.mapping: want none for layers: LAST"));
  teacher.hidden_size = 12;
  EXPECT_THAT(CosineLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("want teacher and student of one width, got 12 in the teacher and 8 in the student"));
}

}  // namespace
}  // namespace retort
