#include "plugins/loss/attention_kl/attention_kl.h"

#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/softmax.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomOutputs;

// Σ over heads and real queries of the KL over the keys that they see, worked out sequence by sequence.
double PlainSum(const AttentionState& student, const AttentionState& teacher, const BatchMasks& masks, bool causal) {
  double sum = 0;
  for (int64_t b = 0; b < masks.sequences(); ++b) {
    for (int64_t i = 0; i < masks.lengths[b]; ++i) {
      const int64_t keys = causal ? i + 1 : masks.lengths[b];
      const auto probabilities = [&](const AttentionState& state) {
        return at::softmax(testing::PlainScores(state)[b].select(1, i).slice(1, 0, keys), -1);
      };
      const at::Tensor p = probabilities(teacher), q = probabilities(student);
      sum += (p * (p.log() - q.log())).sum().item<double>();
    }
  }
  return sum;
}

TEST(AttentionKlLoss, AveragesOverHeadsAndRealQueriesAndReadsNoPadding) {
  for (bool causal : {false, true}) {
    EncoderConfig encoder = testing::SmallEncoder(1);
    if (causal) testing::MakeCausal(&encoder);
    AttentionKlConfig config;
    *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
    auto term = AttentionKlLoss::Create(config, {encoder, &encoder, testing::TestMappings()});
    ASSERT_THAT(term, IsOk());
    const Batch batch = testing::WholeBatch(testing::RandomStepBatch({3, 5}, 1));
    const ModelOutputs t = RandomOutputs(encoder, batch, (*term)->teacher(), 2);
    ModelOutputs s = RandomOutputs(encoder, batch, (*term)->student(), 1);
    const AttentionState state = s.attention.at(1);
    const double expected = PlainSum(state, t.attention.at(1), batch.masks, causal);
    EXPECT_EQ((*term)->Count(batch.masks), 2 * (3 + 5));
    at::Tensor key = state.key().clone();
    key[0].slice(1, 3, 5).fill_(std::numeric_limits<double>::quiet_NaN());
    s.attention[1] = AttentionState(state.query(), key, state.value(), batch.valid, causal);
    const auto sum = dynamic_cast<TensorLossTerm&>(**term).Sum({batch, s, &t, {}});
    ASSERT_THAT(sum, IsOk());
    EXPECT_NEAR(sum->item<double>(), expected, 1e-10);
  }
}

TEST(AttentionKlLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  EXPECT_THAT(AttentionKlLoss::Create({}, {student}), IsInvalidArgument("AttentionKlConfig: needs a teacher"));
  EXPECT_THAT(AttentionKlLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("AttentionKlConfig.mapping: want a mapping, got none"));
  testing::SetHeads(4, &teacher);
  AttentionKlConfig mapped;
  *mapped.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  EXPECT_THAT(AttentionKlLoss::Create(mapped, {student, &teacher, testing::TestMappings()}),
              IsInvalidArgument("got 4 in the teacher and 2 in the student"));
  testing::SetHeads(2, &teacher);
  testing::MakeCausal(&teacher);
  EXPECT_THAT(AttentionKlLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("AttentionKlConfig: want teacher and student both causal or neither, got a causal "
                                "teacher and a bidirectional student"));
}

}  // namespace
}  // namespace retort
