#include "framework/data/masking/held_out.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "framework/data/sequences/lm_kind.h"
#include "framework/data/sequences/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::AllSequences;
using testing::LetterDocuments;
using testing::LetterTokenizer;

// 300 documents of 30 letters: 600 sequences of 22 and 12 positions.
std::shared_ptr<const SequenceSet> Sequences() { return AllSequences(LetterDocuments(300, 30), 22, 12); }

MaskingContext Context(uint64_t mask_seed) { return {mask_seed, 31, LetterTokenizer()->special_ids()}; }

TEST(HeldOutTest, DrawsFromTheWholeSet) {
  const HeldOut held_out(Sequences(), 200, Context(0));
  ASSERT_EQ(held_out.size(), 200);
  const double mean = std::accumulate(held_out.samples().begin(), held_out.samples().end(), 0.0) / 200;
  EXPECT_NEAR(mean, 300, 4 * 600 / std::sqrt(12.0 * 200));
  auto samples = held_out.samples();
  std::sort(samples.begin(), samples.end());
  EXPECT_EQ(std::unique(samples.begin(), samples.end()), samples.end());
}

TEST(HeldOutTest, ALargerCountKeepsTheSmallerOnes) {
  const auto sequences = Sequences();
  auto small = HeldOut(sequences, 50, Context(3)).samples(), large = HeldOut(sequences, 120, Context(3)).samples();
  std::sort(small.begin(), small.end());
  std::sort(large.begin(), large.end());
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
  EXPECT_NE(HeldOut(sequences, 50, Context(4)).samples(), HeldOut(sequences, 50, Context(3)).samples());
}

TEST(HeldOutTest, HasAtMostWhatThereIs) { EXPECT_EQ(HeldOut(Sequences(), 10000, Context(0)).size(), 600); }

TEST(HeldOutTest, MasksDoNotDependOnTheSlice) {
  const auto sequences = Sequences();
  const HeldOut held_out(sequences, 100, Context(0));
  const StepBatch whole = held_out.Read(0, 100);
  EXPECT_EQ(whole.epoch, 0);
  EXPECT_EQ(whole.tokens(), held_out.tokens());
  const double labelled = static_cast<double>(whole.Masks(0, 100).Rows(RowSet::kLabelled));
  EXPECT_NEAR(labelled / static_cast<double>(held_out.tokens() - 200), 0.15, 0.04);
  for (int64_t begin = 0; begin < 100; begin += 30) {
    const StepBatch slice = HeldOut(sequences, 100, Context(0)).Read(begin, std::min<int64_t>(begin + 30, 100));
    for (size_t i = 0; i < slice.sequences.size(); ++i) {
      EXPECT_EQ(slice.sequences[i].sample_id, held_out.samples()[begin + i]);
      EXPECT_EQ(slice.sequences[i].ids, whole.sequences[begin + i].ids);
      EXPECT_EQ(slice.sequences[i].labels, whole.sequences[begin + i].labels);
    }
  }
}

TEST(HeldOutTest, OfACausalModelHasNextIdsAsLabels) {
  const auto blocks = testing::AllBlocks(LetterDocuments(30, 30), 10);
  const HeldOut held_out(blocks, 20, Context(0));
  EXPECT_EQ(held_out.kind(), LmKind::kCausal);
  const StepBatch batch = held_out.Read(5, 20);
  ASSERT_EQ(batch.sequences.size(), 15u);
  EXPECT_EQ(batch.Masks(0, 15).Rows(RowSet::kLabelled), 15 * 9);
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(batch.sequences[i].ids, blocks->Ids(held_out.samples()[5 + i]));
    EXPECT_TRUE(std::equal(batch.sequences[i].labels.begin(), batch.sequences[i].labels.end() - 1,
                           batch.sequences[i].ids.begin() + 1));
  }
}

TEST(HeldOutTest, LongSequencesStandFirst) {
  const StepBatch batch = HeldOut(Sequences(), 100, Context(0)).Read(0, 100);
  EXPECT_TRUE(std::is_sorted(batch.sequences.rbegin(), batch.sequences.rend(),
                             [](const auto& a, const auto& b) { return a.ids.size() < b.ids.size(); }));
}

}  // namespace
}  // namespace retort
