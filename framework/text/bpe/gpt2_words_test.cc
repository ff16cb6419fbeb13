#include "framework/text/bpe/gpt2_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace retort {
namespace {

using testing::ElementsAre;

std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = EndOfGpt2Word(text, begin);
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

TEST(Gpt2WordsTest, ASpaceBelongsToTheWordBehind) {
  EXPECT_THAT(Words("Hello  world 42 ..!"), ElementsAre("Hello", " ", " world", " 42", " ..!"));
}

TEST(Gpt2WordsTest, ContractionsAreLowerCaseAndWinOverPunctuation) {
  EXPECT_THAT(Words("it's we'll I'VE 'tis"), ElementsAre("it", "'s", " we", "'ll", " I", "'", "VE", " '", "tis"));
  EXPECT_THAT(Words("'re've'd'm'l'"), ElementsAre("'re", "'ve", "'d", "'m", "'", "l", "'"));
  EXPECT_THAT(Words("''s"), ElementsAre("''", "s"));
}

TEST(Gpt2WordsTest, WhiteSpaceLeavesItsLastCharacter) {
  EXPECT_THAT(Words("a\n\n b"), ElementsAre("a", "\n\n", " b"));
  EXPECT_THAT(Words("a \nb"), ElementsAre("a", " ", "\n", "b"));
  EXPECT_THAT(Words("a \u3000\u3000b"), ElementsAre("a", " \u3000", "\u3000", "b"));
  EXPECT_THAT(Words("a \t "), ElementsAre("a", " \t "));
}

TEST(Gpt2WordsTest, ClassesBeyondAscii) {
  EXPECT_THAT(Words("caf\u00e9\u0301 \u0664\u00bd\u4e2d\u6587\u2026"),
              ElementsAre("caf\u00e9", "\u0301", " \u0664\u00bd", "\u4e2d\u6587", "\u2026"));
  EXPECT_EQ(ClassifyForGpt2(0x105C0), Gpt2Class::kLetter);  // Unicode 16
  EXPECT_EQ(ClassifyForGpt2(0x16130), Gpt2Class::kNumber);
  EXPECT_EQ(ClassifyForGpt2(0x378), Gpt2Class::kOther);   // unassigned
  EXPECT_EQ(ClassifyForGpt2(0xE000), Gpt2Class::kOther);  // private use
  EXPECT_EQ(ClassifyForGpt2(0x85), Gpt2Class::kSpace);
  EXPECT_EQ(ClassifyForGpt2(0x200B), Gpt2Class::kOther);
}

}  // namespace
}  // namespace retort
