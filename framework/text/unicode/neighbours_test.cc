#include "framework/text/unicode/neighbours.h"

#include <gtest/gtest.h>

namespace retort {
namespace {

TEST(NeighboursTest, WhiteSpaceOfAllKinds) {
  const absl::string_view text = "a \u3000\tb";
  EXPECT_EQ(BeginOfWhiteSpace(text, 0, 6), 1u);
  EXPECT_EQ(BeginOfWhiteSpace(text, 2, 6), 2u);
  EXPECT_EQ(EndOfWhiteSpace(text, 1), 6u);
  EXPECT_EQ(EndOfWhiteSpace(text, 7), 7u);
}

TEST(NeighboursTest, BytesThatAreNotUtf8AreNothing) {
  EXPECT_EQ(BeginOfWhiteSpace("\xa0", 0, 1), 1u);
  EXPECT_EQ(EndOfWhiteSpace("\xe3\x80", 0), 0u);
  EXPECT_FALSE(WordCharacterBefore("\xe9", 1));
}

TEST(NeighboursTest, WordCharacters) {
  EXPECT_TRUE(WordCharacterBefore("\u00e9", 2));
  EXPECT_TRUE(WordCharacterBehind("_", 0));
  EXPECT_TRUE(WordCharacterBehind("\u0301", 0));
  EXPECT_FALSE(WordCharacterBehind("-", 0));
  EXPECT_FALSE(WordCharacterBefore("a", 0));
  EXPECT_FALSE(WordCharacterBehind("a", 1));
}

}  // namespace
}  // namespace retort
