#include "framework/base/terminal/terminal.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(TerminalTest, APipeIsNoTerminal) {
  ::testing::internal::CaptureStdout();  // Into a file.
  EXPECT_FALSE(SizeOfStandardOutput().has_value());
  ::setenv("TERM", "xterm", 1);
  EXPECT_FALSE(CanRedrawStandardOutput());
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(CanRedrawStandardOutput());
  ::testing::internal::GetCapturedStdout();
}

TEST(TerminalTest, NoColorIsHeard) {
  ::unsetenv("NO_COLOR");
  EXPECT_TRUE(WantsColour());
  ::setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(WantsColour());
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(WantsColour());
  ::unsetenv("NO_COLOR");
}

TEST(TerminalTest, StylesEndWhereTheTextEnds) {
  EXPECT_EQ(Styled(LineStyle::kPlain, "text"), "text");
  EXPECT_EQ(Styled(LineStyle::kFailure, "text"), "\x1b[31mtext\x1b[0m");
}

}  // namespace
}  // namespace retort
