#include "framework/augment/title_case.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(TitleCaseTest, IsToldAsPythonDoes) {
  for (const char* text : {"Film", "A", "O'Neil", "New-York", "\u00c9cole", "9Th", "\u01c5a"}) {
    EXPECT_TRUE(IsTitleCase(text)) << text;
  }
  for (const char* text : {"", "film", "FILM", "fiLm", "O'neil", "9th", "123", "..", "F\xff"}) {
    EXPECT_FALSE(IsTitleCase(text)) << text;
  }
}

TEST(TitleCaseTest, IsMadeAsPythonDoes) {
  EXPECT_EQ(TitleCase("film"), "Film");
  EXPECT_EQ(TitleCase("FILM noir"), "Film Noir");
  EXPECT_EQ(TitleCase("o'neil u.s. 9th"), "O'Neil U.S. 9Th");
  EXPECT_EQ(TitleCase("\u00e9COLE"), "\u00c9cole");
  EXPECT_EQ(TitleCase("f\xff"), "f\xff");
  EXPECT_EQ(TitleCase(""), "");
}

}  // namespace
}  // namespace retort
