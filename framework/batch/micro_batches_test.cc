#include "framework/batch/micro_batches.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(MicroBatchesTest, TheFirstOnesAreLarger) {
  const auto ranges = MicroBatches(8, 3);
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[0].end, 3);
  EXPECT_EQ(ranges[1].end, 6);
  EXPECT_EQ(ranges[2].end, 8);
}

TEST(MicroBatchesTest, AreEvenAndNeverEmpty) {
  for (int64_t sequences = 0; sequences < 20; ++sequences) {
    for (int64_t micro_batches = 1; micro_batches < 8; ++micro_batches) {
      const auto ranges = MicroBatches(sequences, micro_batches);
      EXPECT_EQ(ranges.size(), static_cast<size_t>(std::min(sequences, micro_batches)));
      int64_t next = 0;
      for (const SequenceRange& range : ranges) {
        EXPECT_EQ(range.begin, next);
        EXPECT_GT(range.end, range.begin);
        EXPECT_NEAR(range.end - range.begin, static_cast<double>(sequences) / ranges.size(), 0.999);
        next = range.end;
      }
      EXPECT_EQ(next, sequences);
    }
  }
}

}  // namespace
}  // namespace retort
