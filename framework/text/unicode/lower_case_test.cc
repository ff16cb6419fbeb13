#include "framework/text/unicode/lower_case.h"

#include <gtest/gtest.h>

namespace retort {
namespace {

// As Python's str.lower.
TEST(LowerCase, IsThatOfNoLanguage) {
  EXPECT_EQ(LowerCase("ABC \u00c9\u00df 1"), "abc \u00e9\u00df 1");
  EXPECT_EQ(LowerCase("\u039f\u03a3 \u03a3"), "\u03bf\u03c2 \u03c3") << "a sigma at the end of a word";
  EXPECT_EQ(LowerCase("I\u0130"), "ii\u0307");
  EXPECT_EQ(LowerCase("A\xff"), "A\xff");
  EXPECT_EQ(LowerCase(""), "");
}

}  // namespace
}  // namespace retort
