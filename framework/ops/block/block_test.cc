#include "framework/ops/block/block.h"

#include "gtest/gtest.h"

namespace retort::ops {
namespace {

TEST(HostBlock, IsOneThread) {
  const HostBlock block;
  EXPECT_EQ(block.thread(), 0);
  EXPECT_EQ(block.threads(), 1);
  EXPECT_EQ(block.Sum(0.5), 0.5);
  EXPECT_EQ(block.Max(-2.0f), -2.0f);
  block.Sync();
}

}  // namespace
}  // namespace retort::ops
