#include "framework/base/terminal/columns.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(DisplayWidth, CountsCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("4.09 ± 0.02"), 11);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);  // e and a combining acute accent
  EXPECT_EQ(PadLeft("−1", 4), "  −1");
  EXPECT_EQ(PadRight("±", 3), "±  ");
}

TEST(Truncate, EndsInAnEllipsis) {
  EXPECT_EQ(Truncate("hidden_only", 8), "hidden_…");
  EXPECT_EQ(Truncate("−−−−", 3), "−−…");
  EXPECT_EQ(Truncate("short", 5), "short");
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_EQ(Wrap("one two three", 13, "  "), "one two three");
  EXPECT_EQ(Wrap("one two three", 12, "  "), "one two\n  three");
  EXPECT_EQ(Wrap("± ± ±", 3, ""), "± ±\n±");
  EXPECT_EQ(Wrap("", 3, ""), "");
}

TEST(Wrap, LeavesWideWordsAndBlanksWhole) {
  EXPECT_EQ(Wrap("  /a/long/path is there", 8, "  "), "  /a/long/path\n  is\n  there");
  EXPECT_EQ(Wrap("--flag    what it is", 16, "          "), "--flag    what\n          it is");
}

TEST(WrapLines, IndentsWhatGoesOnBehindItsLine) {
  EXPECT_EQ(WrapLines("base\n  stage of 16 steps\n", 14), "base\n  stage of 16\n      steps\n");
}

}  // namespace
}  // namespace retort
