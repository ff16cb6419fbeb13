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
  capture.logits = {{HeadKind::kVocabulary, RowSet::kLabelled}};
  EXPECT_EQ(capture.Depth(6), 6);
  EXPECT_FALSE(capture.empty());
}

TEST(Capture, AddIsTheUnion) {
  Capture a, b;
  a.hidden = {1, 2};
  a.logits = {{HeadKind::kVocabulary, RowSet::kReal}};
  b.hidden = {2, 3};
  b.attention = {1};
  b.logits = {{HeadKind::kClasses, RowSet::kSequences}};
  a.Add(b);
  EXPECT_EQ(a.hidden, (std::set<int>{1, 2, 3}));
  EXPECT_EQ(a.attention, (std::set<int>{1}));
  EXPECT_EQ(a.logits,
            (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kReal}, {HeadKind::kClasses, RowSet::kSequences}}));
  EXPECT_TRUE(a.Reads(HeadKind::kClasses));
  EXPECT_FALSE(a.Reads(HeadKind::kScore));
  EXPECT_FALSE(a.padding);
  b.padding = true;
  a.Add(b);
  a.Add({});
  EXPECT_TRUE(a.padding);
  b.read_rows_only = true;
  a.Add(b);
  EXPECT_FALSE(a.read_rows_only) << "how a pass is made is not what is read of it";
}

}  // namespace
}  // namespace retort
