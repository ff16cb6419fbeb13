#include "framework/text/bpe/byte_alphabet.h"

#include <gtest/gtest.h>

#include <set>

namespace retort {
namespace {

TEST(ByteAlphabetTest, KnownCharacters) {
  EXPECT_EQ(ByteCharacter(' '), "\u0120");
  EXPECT_EQ(ByteCharacter('\n'), "\u010a");
  EXPECT_EQ(ByteCharacter('a'), "a");
  EXPECT_EQ(ByteCharacter(0x00), "\u0100");
  EXPECT_EQ(ByteCharacter(0xAD), "\u0143");
  EXPECT_EQ(ByteCharacter(0xFF), "\u00ff");
}

TEST(ByteAlphabetTest, EveryByteComesBack) {
  std::set<std::string> characters;
  for (int byte = 0; byte < 256; ++byte) {
    characters.insert(ByteCharacter(byte));
    EXPECT_EQ(BytesOfCharacters(ByteCharacter(byte)), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(characters.size(), 256u);
  EXPECT_EQ(BytesOfCharacters("\u0120ab\u010a"), " ab\n");
}

TEST(ByteAlphabetTest, OtherCharactersStandForNone) {
  EXPECT_EQ(BytesOfCharacters("a b"), std::nullopt);
  EXPECT_EQ(BytesOfCharacters("\u0144"), std::nullopt);
  EXPECT_EQ(BytesOfCharacters("\u4e2d"), std::nullopt);
  EXPECT_EQ(BytesOfCharacters("\xff"), std::nullopt);
}

}  // namespace
}  // namespace retort
