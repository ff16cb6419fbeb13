#include "framework/base/memory.h"

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

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

}  // namespace
}  // namespace retort
