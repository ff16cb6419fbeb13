#include "plugins/loss/relation_kl/relation_kl.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomOutputs;

// Four relations with different weights.
RelationKlConfig AllRelations() {
  RelationKlConfig config;
  config.set_query_key(1);
  config.set_query_query(2);
  config.set_key_key(3);
  config.set_value_value(4);
  return config;
}

absl::StatusOr<at::Tensor> SumOf(const LossTerm& term, const Batch& batch, const ModelOutputs& student,
                                 const ModelOutputs& teacher) {
  return dynamic_cast<const TensorLossTerm&>(term).Sum({batch, student, &teacher, {}});
}

// One head of width 1, two positions, all vectors of the student (1, 0). Each relation of the student is
// softmax(1, 0) = (e, 1) / (e + 1) for position 0 and uniform for position 1. The teacher's vectors are 0: uniform.
// KL of position 0: 1/2 ln(1/2 / (e/(e+1))) + 1/2 ln(1/2 / (1/(e+1))) = ln((e+1)/2) - 1/2.
TEST(RelationKlLoss, IsTheHandWorkedDivergenceOfEveryRelation) {
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2}, 1));
  const at::Tensor one = at::tensor({1.0, 0.0}, at::kDouble).reshape({1, 1, 2, 1}), zero = one * 0;
  ModelOutputs s, t;
  s.attention[1] = AttentionState(one, one, one, batch.valid);
  t.attention[1] = AttentionState(zero, zero, zero, batch.valid);
  EncoderConfig encoder = testing::SmallEncoder(1);
  testing::SetHeads(1, &encoder);
  for (const auto& [set, weight] :
       std::vector<std::pair<void (RelationKlConfig::*)(double), double>>{{&RelationKlConfig::set_query_key, 1},
                                                                          {&RelationKlConfig::set_query_query, 2},
                                                                          {&RelationKlConfig::set_key_key, 3},
                                                                          {&RelationKlConfig::set_value_value, 4}}) {
    RelationKlConfig config;
    (config.*set)(weight);
    auto term = RelationKlLoss::Create(config, {encoder, &encoder});
    ASSERT_THAT(term, IsOk());
    EXPECT_EQ((*term)->Count(batch.masks), 2);
    EXPECT_NEAR(SumOf(**term, batch, s, t)->item<double>(), weight * (std::log((M_E + 1) / 2) - 0.5), 1e-12);
  }
}

// The sum worked out sequence by sequence, without masks. `heads` relation heads of slices of the concatenation.
double PlainSum(const AttentionState& student, const AttentionState& teacher, const BatchMasks& masks, int64_t heads,
                bool causal) {
  const auto relation = [&](const at::Tensor& a, const at::Tensor& b, int64_t sequence, int64_t head, int64_t i) {
    const int64_t keys = causal ? i + 1 : masks.lengths[sequence];
    const auto rows = [&](const at::Tensor& values) {
      const at::Tensor whole = values[sequence].transpose(0, 1).flatten(1);
      const int64_t width = whole.size(1) / heads;
      return whole.slice(1, head * width, (head + 1) * width);
    };
    const at::Tensor products = rows(b).slice(0, 0, keys).matmul(rows(a)[i]);
    return at::softmax(products / std::sqrt(rows(a).size(1)), 0);
  };
  double sum = 0;
  for (int64_t b = 0; b < masks.sequences(); ++b) {
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < masks.lengths[b]; ++i) {
        const auto kl = [&](auto first, auto second) {
          const at::Tensor p = relation((teacher.*first)(), (teacher.*second)(), b, head, i);
          const at::Tensor q = relation((student.*first)(), (student.*second)(), b, head, i);
          return (p * (p.log() - q.log())).sum().template item<double>();
        };
        sum +=
            kl(&AttentionState::query, &AttentionState::key) + 2 * kl(&AttentionState::query, &AttentionState::query) +
            3 * kl(&AttentionState::key, &AttentionState::key) + 4 * kl(&AttentionState::value, &AttentionState::value);
      }
    }
  }
  return sum;
}

// NaN at the padded positions of the first sequence.
AttentionState Poisoned(const AttentionState& state, int64_t length) {
  const auto poison = [&](const at::Tensor& values) {
    at::Tensor poisoned = values.clone();
    poisoned[0].slice(1, length).fill_(std::numeric_limits<double>::quiet_NaN());
    return poisoned;
  };
  return AttentionState(poison(state.query()), poison(state.key()), poison(state.value()), state.valid(),
                        state.causal());
}

TEST(RelationKlLoss, AddsOverRelationHeadsAndRealPositionsOfModelsOfDifferentShape) {
  for (bool causal : {false, true}) {
    EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(3);
    teacher.hidden_size = 12;
    testing::SetHeads(3, &teacher);
    if (causal) {
      testing::MakeCausal(&student);
      testing::MakeCausal(&teacher);
    }
    RelationKlConfig config = AllRelations();
    config.set_relation_heads(4);
    config.set_teacher_layer(2);
    config.set_student_layer(1);
    auto term = RelationKlLoss::Create(config, {student, &teacher});
    ASSERT_THAT(term, IsOk());
    EXPECT_EQ((*term)->student().attention, std::set<int>{1});
    EXPECT_EQ((*term)->teacher().attention, std::set<int>{2});
    const Batch batch = testing::WholeBatch(testing::RandomStepBatch({3, 5}, 1));
    ModelOutputs s = RandomOutputs(student, batch, (*term)->student(), 1);
    ModelOutputs t = RandomOutputs(teacher, batch, (*term)->teacher(), 2);
    const double expected = PlainSum(s.attention[1], t.attention[2], batch.masks, 4, causal);
    s.attention[1] = Poisoned(s.attention[1], 3);
    t.attention[2] = Poisoned(t.attention[2], 3);
    const auto sum = SumOf(**term, batch, s, t);
    ASSERT_THAT(sum, IsOk());
    EXPECT_NEAR(sum->item<double>(), expected, 1e-9);
    EXPECT_EQ((*term)->Count(batch.masks), 4 * (3 + 5));
  }
}

TEST(RelationKlLoss, GradientAgreesWithFiniteDifferences) {
  for (bool causal : {false, true}) {
    EncoderConfig encoder = testing::SmallEncoder(1);
    if (causal) testing::MakeCausal(&encoder);
    RelationKlConfig config = AllRelations();
    config.set_relation_heads(4);
    auto term = RelationKlLoss::Create(config, {encoder, &encoder});
    ASSERT_THAT(term, IsOk());
    const Batch batch = testing::WholeBatch(testing::RandomStepBatch({2, 3}, 1));
    const ModelOutputs s = RandomOutputs(encoder, batch, (*term)->student(), 1);
    const ModelOutputs t = RandomOutputs(encoder, batch, (*term)->teacher(), 2);
    const auto loss = [&](const auto& in) {
      ModelOutputs outputs;
      outputs.attention[1] = AttentionState(in[0], in[1], in[2], batch.valid, causal);
      return *SumOf(**term, batch, outputs, t);
    };
    const AttentionState& state = s.attention.at(1);
    EXPECT_LT(testing::GradientError(loss, {state.query(), state.key(), state.value()}), 1e-7);
  }
}

TEST(RelationKlLoss, ComparesTheLastLayersAndTheModelsHeadsByDefault) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  auto term = RelationKlLoss::Create(AllRelations(), {student, &teacher});
  ASSERT_THAT(term, IsOk());
  EXPECT_EQ((*term)->student().attention, std::set<int>{2});
  EXPECT_EQ((*term)->teacher().attention, std::set<int>{4});
  EXPECT_EQ((*term)->Count(testing::WholeBatch(testing::RandomStepBatch({3}, 1)).masks), 2 * 3);
}

TEST(RelationKlLoss, RejectsWhatCannotBe) {
  EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  const auto error = [&](const std::string& text) {
    RelationKlConfig config;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
    return RelationKlLoss::Create(config, {student, &teacher}).status();
  };
  EXPECT_THAT(RelationKlLoss::Create(AllRelations(), {student}),
              IsInvalidArgument("RelationKlConfig: needs a teacher"));
  EXPECT_THAT(error("relation_heads: 2"),
              IsInvalidArgument("RelationKlConfig: want a weight > 0 for query_key, query_query, key_key or "
                                "value_value, got none"));
  EXPECT_THAT(error("query_key: 1 key_key: -1"), IsInvalidArgument("RelationKlConfig.key_key: want >= 0, got -1"));
  EXPECT_THAT(error("query_key: nan"), IsInvalidArgument("RelationKlConfig.query_key: want >= 0, got nan"));
  EXPECT_THAT(error("query_key: 1 teacher_layer: 5"),
              IsInvalidArgument("RelationKlConfig.teacher_layer: want a layer of 1..4, got 5"));
  EXPECT_THAT(error("query_key: 1 student_layer: 0"),
              IsInvalidArgument("RelationKlConfig.student_layer: want a layer of 1..2, got 0"));
  teacher.hidden_size = 12;
  testing::SetHeads(4, &teacher);
  EXPECT_THAT(error("query_key: 1"),
              IsInvalidArgument("RelationKlConfig: want teacher and student with equally many heads, got 4 in the "
                                "teacher and 2 in the student; relation_heads takes any numbers"));
  for (const char* heads : {"3", "0", "-4"}) {
    EXPECT_THAT(error(std::string("query_key: 1 relation_heads: ") + heads),
                IsInvalidArgument(std::string("RelationKlConfig.relation_heads: want a divisor of the teacher's width "
                                              "12 and of the student's 8, got ") +
                                  heads));
  }
  EXPECT_THAT(error("query_key: 1 relation_heads: 4"), IsOk());
  testing::MakeCausal(&student);
  EXPECT_THAT(error("query_key: 1 relation_heads: 4"),
              IsInvalidArgument("got a bidirectional teacher and a causal student"));
}

}  // namespace
}  // namespace retort
