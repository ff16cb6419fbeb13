#include "plugins/loss/pkd/pkd.h"

#include <limits>
#include <set>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
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

at::Tensor Rows(const std::vector<double>& values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

// (3, 4)/5 - (0, 1) = (0.6, -0.2): 0.36 + 0.04 = 0.4. (2, 0)/2 - (-1, 0) = (2, 0): 4.
TEST(PkdSum, IsTheHandWorkedDistance) {
  EXPECT_NEAR(PkdSum(Rows({3, 4, 2, 0}, 2), Rows({0, 7, -5, 0}, 2)).item<double>(), 4.4, 1e-11);
}

TEST(PkdSum, IsZeroAtEqualityAndBlindToScale) {
  const at::Tensor s = RandomTensor({4, 8}, 1), t = RandomTensor({4, 8}, 2);
  EXPECT_NEAR(PkdSum(t * 2, t).item<double>(), 0, 1e-11);
  EXPECT_NEAR(PkdSum(s * 3, t).item<double>(), PkdSum(s, t).item<double>(), 1e-10);
}

TEST(PkdSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor t = RandomTensor({4, 8}, 2);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return PkdSum(in[0], t); }, {RandomTensor({4, 8}, 1)}), 1e-8);
}

TEST(PkdSum, ARowOfZerosHasAFiniteGradient) {
  const at::Tensor t = RandomTensor({1, 4}, 2);
  const auto gradient =
      testing::Gradients([&](const auto& in) { return PkdSum(in[0], t); }, {at::zeros({1, 4}, at::kDouble)});
  EXPECT_TRUE(gradient[0].isfinite().all().item<bool>());
  EXPECT_NEAR(PkdSum(at::zeros({1, 4}, at::kDouble), t).item<double>(), 1, 1e-11);
}

PkdConfig Mapped() {
  PkdConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  return config;
}

TEST(PkdLoss, AveragesOverSequencesAndLayersAndReadsTheFirstPositionAlone) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  auto term = PkdLoss::Create(Mapped(), {student, &teacher, testing::TestMappings()});
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ((*term)->student().hidden, (std::set<int>{1, 2}));
  EXPECT_EQ((*term)->teacher().hidden, (std::set<int>{2, 4}));
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2, 4, 1}, 1));
  ModelOutputs s = RandomOutputs(student, batch, (*term)->student(), 1);
  const ModelOutputs t = RandomOutputs(teacher, batch, (*term)->teacher(), 2);
  double expected = 0;
  for (int64_t b = 0; b < 3; ++b) {
    for (int layer : {1, 2}) {
      const at::Tensor x = s.hidden[layer][b][0], y = t.hidden.at(2 * layer)[b][0];
      expected += (x / x.norm() - y / y.norm()).square().sum().item<double>();
    }
  }
  for (int layer : {1, 2}) s.hidden[layer].slice(1, 1).fill_(std::numeric_limits<double>::quiet_NaN());
  const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_NEAR(sum->item<double>(), expected, 1e-9);
  EXPECT_EQ((*term)->Count(batch.masks), 3 * 2);
}

// Two pairs of weights 1 and 3, each of opposite rows, at distance 4: 16.
TEST(PkdLoss, AddsPairsByTheirWeights) {
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({1}, 1));
  ModelOutputs s, t;
  for (int layer : {1, 2}) {
    s.hidden[layer] = Rows({1, 0}, 2).reshape({1, 1, 2});
    t.hidden[layer] = Rows({-1, 0}, 2).reshape({1, 1, 2});
  }
  const PkdLoss term({{1, 1, 1}, {2, 2, 3}});
  EXPECT_NEAR(term.Sum({batch, s, &t, {}})->item<double>(), 16, 1e-10);
}

TEST(PkdLoss, LeavesOutTheStudentsLastLayerWhenTold) {
  const EncoderConfig student = testing::SmallEncoder(3), teacher = testing::SmallEncoder(6);
  PkdConfig config = Mapped();
  config.set_leave_out_last_layer(true);
  auto term = PkdLoss::Create(config, {student, &teacher, testing::TestMappings()});
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ((*term)->student().hidden, (std::set<int>{1, 2}));
  EXPECT_EQ((*term)->teacher().hidden, (std::set<int>{2, 4}));
  EXPECT_EQ((*term)->Count(testing::WholeBatch(testing::RandomStepBatch({3, 2}, 1)).masks), 2 * 2);
}

TEST(PkdLoss, RejectsWhatCannotBe) {
  EncoderConfig student = testing::SmallEncoder(1), teacher = testing::SmallEncoder(4);
  const LossContext context{student, &teacher, testing::TestMappings()};
  EXPECT_THAT(PkdLoss::Create(Mapped(), {student}), IsInvalidArgument("PkdConfig: needs a teacher"));
  EXPECT_THAT(PkdLoss::Create({}, context), IsInvalidArgument("PkdConfig.mapping: want a mapping, got none"));
  PkdConfig config = Mapped();
  config.set_leave_out_last_layer(true);
  EXPECT_THAT(PkdLoss::Create(config, context),
              IsInvalidArgument("PkdConfig.leave_out_last_layer: want another layer in the mapping, got none"));
  for (EncoderConfig* side : {&teacher, &student}) {
    const EncoderConfig before = *side;
    testing::MakeCausal(side);
    EXPECT_THAT(PkdLoss::Create(Mapped(), context),
                IsInvalidArgument("PkdConfig: want models whose first position sees the whole sequence, got a causal"));
    *side = before;
  }
  teacher.hidden_size = 12;
  EXPECT_THAT(PkdLoss::Create(Mapped(), context),
              IsInvalidArgument("want teacher and student of one width, got 12 in the teacher and 8 in the student; "
                                "hidden_mse can project"));
}

}  // namespace
}  // namespace retort
