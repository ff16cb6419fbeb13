#include "plugins/loss/attention_mse/attention_mse.h"

#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/score_error/score_error.h"
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

at::Tensor Heads(std::vector<double> values, at::IntArrayRef shape) {
  return at::tensor(values, at::kDouble).reshape(shape);
}

ops::QueryKey RandomHeads(int64_t heads, int64_t width, uint64_t seed) {
  return {RandomTensor({2, heads, 5, width}, seed), RandomTensor({2, heads, 5, width}, seed + 1)};
}

// One head, S = 2, d = 1: Q = (1, 2), K = (1, 3) give scores ((1, 3), (2, 6)); against the teacher's ((1, 1), (1, 1))
// the differences are 0, 2, 1, 5: 0 + 4 + 1 + 25 = 30.
TEST(AttentionMse, IsTheHandWorkedError) {
  const ops::QueryKey student{Heads({1, 2}, {1, 1, 2, 1}), Heads({1, 3}, {1, 1, 2, 1})};
  const ops::QueryKey teacher{Heads({1, 1}, {1, 1, 2, 1}), Heads({1, 1}, {1, 1, 2, 1})};
  EXPECT_NEAR(AttentionMseMaterialised(student, teacher, false).item<double>(), 30, 1e-12);
}

// d = 4: scores are divided by 2. Q·K = 4 becomes 2, the teacher's 0: 4.
TEST(AttentionMse, DividesScoresByTheRootOfTheWidth) {
  const ops::QueryKey student{Heads({1, 1, 1, 1}, {1, 1, 1, 4}), Heads({1, 1, 1, 1}, {1, 1, 1, 4})};
  const ops::QueryKey teacher{Heads({0}, {1, 1, 1, 1}), Heads({0}, {1, 1, 1, 1})};
  EXPECT_NEAR(AttentionMseMaterialised(student, teacher, false).item<double>(), 4, 1e-12);
}

// Of the differences 0, 2, 1, 5 the second is of a later key: 0 + 1 + 25 = 26.
TEST(AttentionMse, OfCausalModelsLeavesOutLaterKeys) {
  const ops::QueryKey student{Heads({1, 2}, {1, 1, 2, 1}), Heads({1, 3}, {1, 1, 2, 1})};
  const ops::QueryKey teacher{Heads({1, 1}, {1, 1, 2, 1}), Heads({1, 1}, {1, 1, 2, 1})};
  EXPECT_NEAR(AttentionMseMaterialised(student, teacher, true).item<double>(), 26, 1e-12);
  const ops::QueryKey other = RandomHeads(3, 6, 7), start = RandomHeads(3, 4, 1);
  EXPECT_LT(testing::GradientError(
                [&](const auto& in) {
                  return AttentionMseMaterialised({in[0], in[1]}, other, true);
                },
                {start.query, start.key}),
            1e-7);
}

TEST(AttentionMse, BothFormsAgreeInValueAndGradientForUnequalWidths) {
  const ops::QueryKey student = RandomHeads(3, 4, 1), teacher = RandomHeads(3, 6, 7);
  auto materialised = [&](const auto& in) { return AttentionMseMaterialised({in[0], in[1]}, teacher, false); };
  auto gram = [&](const auto& in) { return ops::ScoreError({in[0], in[1]}, teacher); };
  const std::vector<at::Tensor> inputs = {student.query, student.key};
  EXPECT_NEAR(materialised(inputs).template item<double>(), gram(inputs).template item<double>(), 1e-9);
  const auto a = testing::Gradients(materialised, inputs), b = testing::Gradients(gram, inputs);
  EXPECT_THAT(a[0], testing::IsCloseTo(b[0], 1e-10));
  EXPECT_THAT(a[1], testing::IsCloseTo(b[1], 1e-10));
  EXPECT_LT(testing::GradientError(materialised, inputs), 1e-7);
  EXPECT_LT(testing::GradientError(gram, inputs), 1e-7);
}

TEST(AverageHeads, GivesTheMeanOfTheScores) {
  const ops::QueryKey heads = RandomHeads(3, 4, 1), mean = AverageHeads(heads);
  const AttentionState all(heads.query, heads.key, {}, {}), averaged(mean.query, mean.key, {}, {});
  EXPECT_THAT(testing::PlainScores(averaged),
              testing::IsCloseTo(testing::PlainScores(all).mean(1, /*keepdim=*/true), 1e-12));
}

// The term's value, worked out from the scores alone.
double PlainValue(const AttentionState& student, const AttentionState& teacher, const BatchMasks& masks, bool averaged,
                  bool causal) {
  at::Tensor difference = testing::PlainScores(student) - testing::PlainScores(teacher);
  if (averaged) difference = testing::PlainScores(student).mean(1, true) - testing::PlainScores(teacher).mean(1, true);
  double sum = 0, count = 0;
  for (int64_t b = 0; b < masks.sequences(); ++b) {
    const int64_t n = masks.lengths[b];
    for (int64_t i = 0; i < n; ++i) {
      const at::Tensor seen = difference[b].select(1, i).slice(1, 0, causal ? i + 1 : n);
      sum += (seen * seen).sum().item<double>();
      count += static_cast<double>(seen.numel());
    }
  }
  return sum / count;
}

// The term's value for a key and a query that hold NaN at the padded positions of the first sequence, of 3 positions.
double PoisonedValue(const LossTerm& term, const Batch& batch, const ModelOutputs& student,
                     const ModelOutputs& teacher) {
  ModelOutputs poisoned = student;
  const AttentionState& state = student.attention.at(1);
  at::Tensor query = state.query().clone(), key = state.key().clone();
  for (at::Tensor* values : {&query, &key}) (*values)[0].slice(1, 3).fill_(std::numeric_limits<double>::quiet_NaN());
  poisoned.attention[1] = AttentionState(query, key, state.value(), batch.valid, state.causal());
  const auto sum = dynamic_cast<const TensorLossTerm&>(term).Sum({batch, poisoned, &teacher, {}});
  EXPECT_THAT(sum, IsOk());
  return sum->item<double>() / term.Count(batch.masks);
}

AttentionMseConfig Config(AttentionMseConfig::Form form, bool averaged) {
  AttentionMseConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  config.set_form(form);
  if (averaged) config.set_heads(AttentionMseConfig::AVERAGED);
  return config;
}

TEST(AttentionMseLoss, AveragesOverHeadsAndRealPairsInEveryFormAndReadsNoPadding) {
  for (const bool causal : {false, true}) {
    EncoderConfig encoder = testing::SmallEncoder(1);
    if (causal) testing::MakeCausal(&encoder);
    const Batch batch = testing::WholeBatch(testing::RandomStepBatch({3, 12}, 1));  // AUTO is GRAM if not causal.
    Capture capture;
    capture.attention = {1};
    const ModelOutputs s = RandomOutputs(encoder, batch, capture, 1), t = RandomOutputs(encoder, batch, capture, 2);
    for (bool averaged : {false, true}) {
      const double expected = PlainValue(s.attention.at(1), t.attention.at(1), batch.masks, averaged, causal);
      for (auto form : {AttentionMseConfig::AUTO, AttentionMseConfig::MATERIALISED, AttentionMseConfig::GRAM}) {
        if (causal && form == AttentionMseConfig::GRAM) continue;
        const AttentionMseConfig config = Config(form, averaged);
        auto term = AttentionMseLoss::Create(config, {encoder, &encoder, testing::TestMappings()});
        ASSERT_THAT(term, IsOk());
        EXPECT_NEAR(PoisonedValue(**term, batch, s, t), expected, 1e-9) << config.ShortDebugString();
      }
    }
  }
}

// One sequence of 1 position padded to 2 beside one of 2. Student scores are all 2, teacher scores 0. Real pairs: 1 +
// 4, mean 4. TinyBERT's code zeroes the padded key column on both sides and averages over all 8 pairs: sequence 0 keeps
// the 2 pairs of key 0, sequence 1 all 4: 6 · 4 / 8 = 3.
TEST(AttentionMseLoss, CanAverageOverPaddingAsTinyBertsCode) {
  EncoderConfig encoder = testing::SmallEncoder(1);
  testing::SetHeads(1, &encoder);
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({1, 2}, 1));
  const at::Tensor ones = Heads({1, 1, 1, 1}, {2, 1, 2, 1});
  ModelOutputs s, t;
  s.attention[1] = AttentionState(ones * 2, ones, ones, batch.valid);
  t.attention[1] = AttentionState(ones * 0, ones, ones, batch.valid);
  for (auto [padding, expected] : std::vector<std::pair<AttentionMseConfig::Padding, double>>{
           {AttentionMseConfig::EXCLUDED, 4}, {AttentionMseConfig::INCLUDED, 3}}) {
    AttentionMseConfig config;
    *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
    config.set_padding(padding);
    auto term = AttentionMseLoss::Create(config, {encoder, &encoder, testing::TestMappings()});
    ASSERT_THAT(term, IsOk());
    EXPECT_EQ((*term)->student().padding, padding == AttentionMseConfig::INCLUDED);
    EXPECT_EQ((*term)->teacher().padding, padding == AttentionMseConfig::INCLUDED);
    const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
    EXPECT_NEAR(sum->item<double>() / (*term)->Count(batch.masks), expected, 1e-12);
    EXPECT_EQ((*term)->teacher().padding, padding == AttentionMseConfig::INCLUDED);
  }
}

TEST(AttentionMseLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  EXPECT_THAT(AttentionMseLoss::Create({}, {student}), IsInvalidArgument("AttentionMseConfig: needs a teacher"));
  EXPECT_THAT(AttentionMseLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("AttentionMseConfig.mapping: want a mapping, got none"));
  AttentionMseConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  testing::SetHeads(4, &teacher);
  EXPECT_THAT(AttentionMseLoss::Create(config, {student, &teacher, testing::TestMappings()}),
              IsInvalidArgument("got 4 in the teacher and 2 in the student; heads: AVERAGED takes any numbers"));
  config.set_heads(AttentionMseConfig::AVERAGED);
  EXPECT_THAT(AttentionMseLoss::Create(config, {student, &teacher, testing::TestMappings()}), IsOk());
  testing::MakeCausal(&teacher);
  EXPECT_THAT(AttentionMseLoss::Create(config, {student, &teacher, testing::TestMappings()}),
              IsInvalidArgument("AttentionMseConfig: want teacher and student both causal or neither, got a causal "
                                "teacher and a bidirectional student"));
  config.set_form(AttentionMseConfig::GRAM);
  EXPECT_THAT(AttentionMseLoss::Create(config, {teacher, &teacher, testing::TestMappings()}),
              IsInvalidArgument("AttentionMseConfig.form: want AUTO or MATERIALISED for causal models, got GRAM"));
}

}  // namespace
}  // namespace retort
