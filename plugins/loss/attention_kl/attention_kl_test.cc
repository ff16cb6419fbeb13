#include "plugins/loss/attention_kl/attention_kl.h"

#include <cmath>
#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/tensor.h"
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

// Two positions and a padded one. Query 0: teacher (ln 3, 0) -> (3/4, 1/4), student uniform over the two real keys:
// 3/4 ln(3/2) + 1/4 ln(1/2). Query 1: equal, 0. Query 2 is padding.
TEST(AttentionKlSum, IsTheHandWorkedDivergence) {
  const at::Tensor valid = at::tensor({1, 1, 0}).to(at::kBool).unsqueeze(0);
  const at::Tensor student =
      at::tensor({5.0, 5.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, at::kDouble).reshape({1, 1, 3, 3});
  const at::Tensor teacher =
      at::tensor({std::log(3.0), 0.0, 7.0, 3.0, 4.0, -8.0, 1.0, 0.0, 0.0}, at::kDouble).reshape({1, 1, 3, 3});
  EXPECT_NEAR(AttentionKlSum(student, teacher, valid).item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5),
              1e-12);
}

TEST(AttentionKlSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor valid = at::tensor({1, 1, 1, 0, 1, 1, 1, 1}).to(at::kBool).reshape({2, 4});
  const at::Tensor teacher = RandomTensor({2, 3, 4, 4}, 2);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return AttentionKlSum(in[0], teacher, valid); },
                                   {RandomTensor({2, 3, 4, 4}, 1)}),
            1e-8);
}

TEST(AttentionKlSum, IsZeroAtEqualityAndBlindToAShift) {
  const at::Tensor valid = at::tensor({1, 1, 1, 1}).to(at::kBool).reshape({1, 4});
  const at::Tensor s = RandomTensor({1, 2, 4, 4}, 1), t = RandomTensor({1, 2, 4, 4}, 2);
  EXPECT_NEAR(AttentionKlSum(t, t, valid).item<double>(), 0, 1e-12);
  EXPECT_NEAR(AttentionKlSum(s + 3, t, valid).item<double>(), AttentionKlSum(s, t, valid).item<double>(), 1e-12);
}

TEST(AttentionKlLoss, AveragesOverHeadsAndRealQueriesAndReadsNoPadding) {
  const EncoderConfig encoder = testing::SmallEncoder(1);
  AttentionKlConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  auto term = AttentionKlLoss::Create(config, {encoder, &encoder, testing::TestMappings()});
  ASSERT_THAT(term, IsOk());
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({3, 5}, 1));
  const ModelOutputs t = RandomOutputs(encoder, batch, (*term)->teacher(), 2);
  ModelOutputs s = RandomOutputs(encoder, batch, (*term)->student(), 1);
  double expected = 0;
  for (int64_t b = 0; b < 2; ++b) {
    const int64_t n = batch.masks.lengths[b];
    auto probabilities = [&](const ModelOutputs& outputs) {
      return at::softmax(outputs.attention.at(1).scores()[b].slice(1, 0, n).slice(2, 0, n), -1);
    };
    const at::Tensor p = probabilities(t), q = probabilities(s);
    expected += (p * (p.log() - q.log())).sum().item<double>();
  }
  EXPECT_EQ((*term)->Count(batch.masks), 2 * (3 + 5));
  at::Tensor key = s.attention.at(1).key().clone();
  key[0].slice(1, 3, 5).fill_(std::numeric_limits<double>::quiet_NaN());
  s.attention[1] = AttentionState(s.attention.at(1).query(), key, s.attention.at(1).value(), batch.valid);
  const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_NEAR(sum->item<double>(), expected, 1e-10);
}

TEST(AttentionKlLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  EXPECT_THAT(AttentionKlLoss::Create({}, {student}), IsInvalidArgument("AttentionKlConfig: needs a teacher"));
  EXPECT_THAT(AttentionKlLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("AttentionKlConfig.mapping: want a mapping, got none"));
  teacher.heads = 4;
  EXPECT_THAT(AttentionKlLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("got 4 in the teacher and 2 in the student"));
}

}  // namespace
}  // namespace retort
