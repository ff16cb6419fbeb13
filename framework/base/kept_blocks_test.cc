#include "framework/base/kept_blocks.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr size_t kMegabyte = 1 << 20;

TEST(KeptBlocks, ABlockThatIsReturnedServesForSizesAboutItsOwn) {
  KeptBlocks blocks;
  size_t size = 0, other_size = 0;
  void* block = blocks.Take(9 * kMegabyte, &size);
  EXPECT_EQ(size, 9 * kMegabyte);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 4096, 0u);
  std::memset(block, 1, size);
  blocks.Return(block, size);
  for (const size_t bytes : {9 * kMegabyte, 9 * kMegabyte - 1, 5 * kMegabyte}) {
    EXPECT_EQ(blocks.Take(bytes, &other_size), block);
    EXPECT_EQ(other_size, size);
    blocks.Return(block, other_size);
  }
  for (const size_t bytes : {9 * kMegabyte + 1, 4 * kMegabyte}) {
    void* other = blocks.Take(bytes, &other_size);
    EXPECT_NE(other, block);
    EXPECT_GE(other_size, bytes);
    EXPECT_NE(other_size, size);
    blocks.Return(other, other_size);
  }
}

TEST(KeptBlocks, SizesAreRoundedUpByAnEighthAtMost) {
  KeptBlocks blocks;
  for (size_t bytes = 1; bytes < 64 * kMegabyte; bytes = bytes * 5 / 4 + 4097) {
    size_t size = 0;
    void* block = blocks.Take(bytes, &size);
    EXPECT_GE(size, bytes);
    EXPECT_LE(size, bytes + std::max<size_t>(4096, bytes / 8));
    blocks.Return(block, size);
    blocks.GiveBack();
  }
}

// 40 MB were in use at once; two of their blocks have to go for one that they are too small for.
TEST(KeptBlocks, AllTogetherTakeAQuarterMoreThanWasInUseAtMost) {
  KeptBlocks blocks;
  std::vector<std::pair<void*, size_t>> held(4);
  for (auto& [block, size] : held) block = blocks.Take(10 * kMegabyte, &size);
  for (const auto& [block, size] : held) blocks.Return(block, size);
  EXPECT_EQ(blocks.bytes(), 40 * kMegabyte);
  size_t size = 0;
  void* block = blocks.Take(24 * kMegabyte, &size);
  EXPECT_EQ(blocks.bytes(), 44 * kMegabyte);
  blocks.Return(block, size);
  blocks.GiveBack();
  EXPECT_EQ(blocks.bytes(), 0u);
}

TEST(KeptBlocks, WhatTheSystemDoesNotHaveIsNull) {
  KeptBlocks blocks;
  size_t size = 0;
  EXPECT_EQ(blocks.Take(size_t{1} << 60, &size), nullptr);
}

// Each thread writes its number over the blocks it holds, and finds nothing else there.
TEST(KeptBlocks, ThreadsHaveBlocksOfTheirOwn) {
  KeptBlocks blocks;
  std::vector<std::thread> threads;
  for (unsigned char number = 1; number <= 4; ++number) {
    threads.emplace_back([&blocks, number] {
      for (int round = 0; round < 50; ++round) {
        std::vector<std::pair<unsigned char*, size_t>> held(4);
        for (size_t i = 0; i < held.size(); ++i) {
          held[i].first = static_cast<unsigned char*>(blocks.Take((i + 1) * 100'000, &held[i].second));
          std::memset(held[i].first, number, held[i].second);
        }
        std::this_thread::yield();
        for (const auto& [block, size] : held) {
          EXPECT_EQ(std::count(block, block + size, number), static_cast<int64_t>(size));
          blocks.Return(block, size);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace retort
