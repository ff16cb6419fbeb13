#include "framework/model/capture.h"

#include <set>

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(Capture, NeedsTheLayersUpToTheLastThatItNames) {
  Capture capture;
  EXPECT_TRUE(capture.empty());
  EXPECT_EQ(capture.Depth(6), 0);
  capture.hidden = {0, 2};
  EXPECT_EQ(capture.Depth(6), 2);
  capture.attention = {1, 4};
  EXPECT_EQ(capture.Depth(6), 4);
  capture.vocabulary_rows = {RowSet::kLabelled};
  EXPECT_EQ(capture.Depth(6), 6);
  EXPECT_FALSE(capture.empty());
}

TEST(Capture, AddIsTheUnion) {
  Capture a, b;
  a.hidden = {1, 2};
  a.vocabulary_rows = {RowSet::kReal};
  b.hidden = {2, 3};
  b.attention = {1};
  b.vocabulary_rows = {RowSet::kLabelled};
  a.Add(b);
  EXPECT_EQ(a.hidden, (std::set<int>{1, 2, 3}));
  EXPECT_EQ(a.attention, (std::set<int>{1}));
  EXPECT_EQ(a.vocabulary_rows, (std::set<RowSet>{RowSet::kReal, RowSet::kLabelled}));
}

}  // namespace
}  // namespace retort
