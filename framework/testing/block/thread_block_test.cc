#include "framework/testing/block/thread_block.h"

#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace retort::testing {
namespace {

TEST(ThreadBlock, ReducesToAllThreads) {
  for (const BlockShape& shape : BlockShapes()) {
    std::vector<double> sums(shape.threads), largest(shape.threads);
    RunRows(shape, 1, [&](const ThreadBlock& block, int64_t) {
      EXPECT_EQ(block.threads(), shape.threads);
      sums[block.thread()] = block.Sum(block.thread() + 0.5);
      largest[block.thread()] = block.Max(static_cast<float>(-block.thread()));
    });
    const double n = shape.threads;
    EXPECT_EQ(sums, std::vector<double>(shape.threads, n * n / 2)) << shape;
    EXPECT_EQ(largest, std::vector<double>(shape.threads, 0)) << shape;
  }
}

TEST(ThreadBlock, PassesOverNanInSearchOfTheLargest) {
  const BlockShape shape{3, Turns::kAtOnce};
  RunRows(shape, 1, [](const ThreadBlock& block, int64_t) {
    const float value = block.thread() == 0 ? std::numeric_limits<float>::quiet_NaN() : -2.0f * block.thread();
    EXPECT_EQ(block.Max(value), -2);
  });
}

// Each thread of a row writes its number and reads its neighbour's: as many as read theirs.
int Neighbours(const BlockShape& shape, bool sync) {
  std::vector<int> numbers(shape.threads, -1), read(shape.threads);
  RunRows(shape, 1, [&](const ThreadBlock& block, int64_t) {
    numbers[block.thread()] = block.thread();
    if (sync) block.Sync();
    read[block.thread()] = numbers[(block.thread() + 1) % block.threads()];
  });
  int right = 0;
  for (int i = 0; i < shape.threads; ++i) right += read[i] == (i + 1) % shape.threads;
  return right;
}

TEST(ThreadBlock, SyncOrdersWhatThreadsWrite) {
  for (const BlockShape& shape : BlockShapes()) EXPECT_EQ(Neighbours(shape, /*sync=*/true), shape.threads) << shape;
}

TEST(ThreadBlock, AMissingSyncReadsTooEarly) {
  EXPECT_EQ(Neighbours({7, Turns::kFirstToLast}, /*sync=*/false), 1) << "the last reads what the first wrote";
  EXPECT_EQ(Neighbours({7, Turns::kLastToFirst}, /*sync=*/false), 6) << "the last reads before the first wrote";
}

TEST(ThreadBlock, RunsEveryRowWithAllThreads) {
  for (const BlockShape& shape : BlockShapes()) {
    std::vector<double> counts(5);
    RunRows(shape, 5, [&](const ThreadBlock& block, int64_t row) {
      const double sum = block.Sum(1.0);
      if (block.thread() == 0) counts[row] += sum;
    });
    EXPECT_EQ(counts, std::vector<double>(5, shape.threads)) << shape;
  }
}

TEST(ThreadBlockDeathTest, ThreadsThatDoNotMeetAreFound) {
  for (int lonely : {0, 1}) {
    for (Turns turns : {Turns::kFirstToLast, Turns::kLastToFirst, Turns::kAtOnce}) {
      const auto body = [lonely](const ThreadBlock& block, int64_t) {
        if (block.thread() == lonely) block.Sync();
      };
      EXPECT_DEATH(RunRows({2, turns}, 1, body), "meets the others less often") << lonely;
    }
  }
}

}  // namespace
}  // namespace retort::testing
