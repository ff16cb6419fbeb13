#include "framework/base/memory.h"

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/ones.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

int64_t ResidentBytes() {
  int64_t whole = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

using Block = std::unique_ptr<char[]>;

Block Filled(size_t bytes) {
  Block block(new char[bytes]);
  std::memset(block.get(), 1, bytes);
  return block;
}

// Blocks that stay lie between those that are freed.
TEST(Memory, FreedMemoryIsKeptUntilItIsGivenBack) {
  constexpr int64_t kBlock = 1 << 20, kBlocks = 64;
  KeepFreedMemory();
  std::vector<Block> freed, staying;
  for (int64_t i = 0; i < kBlocks; ++i) {
    freed.push_back(Filled(kBlock));
    staying.push_back(Filled(100));
  }
  const int64_t most = ResidentBytes();
  freed.clear();
  EXPECT_GT(ResidentBytes(), most - kBlock);
  GiveBackFreedMemory();
  EXPECT_LT(ResidentBytes(), most - (kBlocks - 1) * kBlock);
  EXPECT_EQ(staying.back()[99], 1);
}

// Tensors of sizes that differ, as those of batches with other lengths do, take no more than the largest of them.
TEST(Memory, TensorsTakeTheMemoryOfThoseBeforeThem) {
  KeepFreedMemory();
  GiveBackFreedMemory();
  constexpr int64_t kValues = 4 << 20;
  at::ones({kValues});
  const int64_t one = ResidentBytes();
  for (int64_t fewer = 0; fewer < kValues / 4; fewer += 9'999) {
    const at::Tensor values = at::ones({kValues - fewer});
    ASSERT_EQ(reinterpret_cast<uintptr_t>(values.const_data_ptr()) % 64, 0u);
  }
  EXPECT_LT(ResidentBytes(), one + (1 << 20));
  GiveBackFreedMemory();
  EXPECT_LT(ResidentBytes(), one - kValues);
}

TEST(Memory, TensorsOfAllSizesHoldTheirValues) {
  KeepFreedMemory();
  for (const int64_t values : {0, 1, 100, 32'000, 33'000, 3'000'000}) {
    const at::Tensor ones = at::ones({values}), copy = ones.clone();
    EXPECT_EQ(copy.sum().item<float>(), static_cast<float>(values));
  }
}

}  // namespace
}  // namespace retort
