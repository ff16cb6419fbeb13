#include "plugins/evaluation/classification/class_counts.h"

#include <cmath>
#include <utility>

#include "gtest/gtest.h"

namespace retort {
namespace {

ClassCounts CountsOf(int64_t classes, const std::vector<std::pair<int64_t, int64_t>>& examples) {
  ClassCounts counts(classes);
  for (const auto& [label, told] : examples) counts.Add(label, told);
  return counts;
}

// Of class 1: 2 right, 1 told in vain, 1 missed.
TEST(ClassCounts, HandWorkedForTwoClasses) {
  const ClassCounts counts = CountsOf(2, {{1, 1}, {1, 1}, {0, 1}, {1, 0}, {0, 0}, {0, 0}, {0, 0}});
  EXPECT_DOUBLE_EQ(counts.F1(1), 2.0 * 2 / (2 * 2 + 1 + 1));
  EXPECT_DOUBLE_EQ(counts.F1(0), 2.0 * 3 / (2 * 3 + 1 + 1));
  EXPECT_DOUBLE_EQ(counts.MacroF1(), (2.0 / 3 + 3.0 / 4) / 2);
  // (TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN))
  EXPECT_DOUBLE_EQ(counts.Matthews(), (2 * 3 - 1 * 1) / std::sqrt(3.0 * 3 * 4 * 4));
}

// n = 4, c = 2; Σ t p = 2·1 + 1·1 + 1·2 = 5; Σ p² = 1 + 1 + 4 = 6; Σ t² = 4 + 1 + 1 = 6.
TEST(ClassCounts, HandWorkedForThreeClasses) {
  const ClassCounts counts = CountsOf(3, {{0, 0}, {0, 2}, {1, 1}, {2, 2}});
  EXPECT_DOUBLE_EQ(counts.Matthews(), (3.0 * 4 - 5) / std::sqrt((16.0 - 6) * (16 - 6)));
  EXPECT_DOUBLE_EQ(counts.MacroF1(), (2.0 / 3 + 1 + 2.0 / 3) / 3);
}

TEST(ClassCounts, AreZeroWhereNothingIsDefined) {
  const ClassCounts none(2);
  EXPECT_EQ(none.F1(1), 0);
  EXPECT_EQ(none.MacroF1(), 0);
  EXPECT_EQ(none.Matthews(), 0);
  const ClassCounts all_one = CountsOf(2, {{0, 0}, {0, 0}});
  EXPECT_EQ(all_one.F1(0), 1);
  EXPECT_EQ(all_one.F1(1), 0);
  EXPECT_EQ(all_one.MacroF1(), 1);  // The other class is neither a label nor told.
  EXPECT_EQ(all_one.Matthews(), 0);
}

TEST(ClassCounts, AClassThatWasNotToldIsNeverRight) {
  const ClassCounts counts = CountsOf(2, {{0, kNoClass}, {1, kNoClass}, {1, 1}});
  EXPECT_DOUBLE_EQ(counts.F1(0), 0);
  EXPECT_DOUBLE_EQ(counts.F1(1), 2.0 * 1 / (2 + 1));
  EXPECT_DOUBLE_EQ(counts.MacroF1(), 1.0 / 3);
  // n = 3, c = 1; Σ t p = 2·1 = 2; Σ p² = 1 + 4; Σ t² = 1 + 4.
  EXPECT_DOUBLE_EQ(counts.Matthews(), (1.0 * 3 - 2) / std::sqrt((9.0 - 5) * (9 - 5)));
}

TEST(ClassCounts, WhatIsTakenAwayWasNeverThere) {
  ClassCounts counts = CountsOf(2, {{1, 1}, {0, 1}, {1, 0}, {0, 0}, {0, 0}});
  counts.Add(1, 0, -1);
  const ClassCounts wanted = CountsOf(2, {{1, 1}, {0, 1}, {0, 0}, {0, 0}});
  EXPECT_EQ(counts.Matthews(), wanted.Matthews());
  EXPECT_EQ(counts.MacroF1(), wanted.MacroF1());
}

}  // namespace
}  // namespace retort
