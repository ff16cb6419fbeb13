#include "plugins/data/causal_lm/causal_lm.h"

#include <memory>
#include <set>

#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

// 60 documents of 30 letters, with an end of text behind each, as 84 blocks of 22 positions.
const std::shared_ptr<const SequenceSet>& Blocks() {
  static const auto* blocks =
      new std::shared_ptr<const SequenceSet>(testing::AllBlocks(testing::LetterDocuments(60, 30), 22));
  return *blocks;
}

std::unique_ptr<StepSource> Make(uint64_t seed) {
  BatchSpec batch;
  batch.set_sequences(7);
  batch.set_group_by_length(true);
  auto source = CausalLmSource::Create(batch, Blocks(), seed);
  EXPECT_THAT(source, testing::IsOk());
  return *std::move(source);
}

std::set<int64_t> Samples(const StepBatch& batch) {
  std::set<int64_t> samples;
  for (const StepSequence& sequence : batch.sequences) samples.insert(sequence.sample_id);
  return samples;
}

TEST(CausalLmSourceTest, LabelsAreTheNextIds) {
  const auto source = Make(1);
  EXPECT_EQ(source->steps_per_epoch(), 12);
  std::set<int64_t> seen;
  for (int64_t step = 0; step < 12; ++step) {
    const StepBatch batch = source->Step(step);
    EXPECT_EQ(batch.Masks(0, 7).Rows(RowSet::kLabelled), 7 * 21);
    for (const StepSequence& sequence : batch.sequences) {
      EXPECT_TRUE(seen.insert(sequence.sample_id).second);
      EXPECT_EQ(sequence.ids, Blocks()->Ids(sequence.sample_id));
      ASSERT_EQ(sequence.labels.size(), 22u);
      for (int i = 0; i < 21; ++i) EXPECT_EQ(sequence.labels[i], sequence.ids[i + 1]);
      EXPECT_EQ(sequence.labels[21], kNoLabel);
    }
  }
  EXPECT_EQ(seen.size(), 84u);
}

TEST(CausalLmSourceTest, TheSeedDecidesTheOrder) {
  EXPECT_EQ(Samples(Make(1)->Step(3)), Samples(Make(1)->Step(3)));
  EXPECT_NE(Samples(Make(1)->Step(3)), Samples(Make(2)->Step(3)));
}

TEST(CausalLmSourceTest, AllButTheLastPositionOfABlockAreLabelled) {
  const StepShape shape = Make(1)->Shape(0);
  EXPECT_EQ(shape.tokens, 7 * 22);
  EXPECT_DOUBLE_EQ(shape.labelled_share, 21.0 / 22);
  EXPECT_DOUBLE_EQ(MeanStep(*Make(1)).labelled_share, 21.0 / 22);
}

TEST(CausalLmDataTest, HasTheContextOfGpt2AndWantsACorpus) {
  CausalLmDataConfig config;
  CausalLmData::FillDefaults(&config);
  EXPECT_EQ(config.length(), 1024);
  config.set_length(1);
  Problems problems;
  CausalLmData::Check("data: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: corpus: want a corpus folder, got none\n"
            "data: length: want >= 2 (a token and the next), got 1");
}

}  // namespace
}  // namespace retort
