#include "framework/augment/masked/text_words.h"

#include <string>
#include <vector>

#include "framework/augment/masked/test_word_model.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::WordTokenizer;

std::vector<std::string> Replaceable(const WordedText& text) {
  std::vector<std::string> words;
  for (const TextWord& word : text.words) {
    if (word.replaceable) words.push_back(word.text);
  }
  return words;
}

TEST(TextWordsTest, WordsKnowTheirPieces) {
  const auto text = ReadWords(*WordTokenizer(), "Good films.");
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(text->ids, ElementsAre(5, 7, 11, 14));
  ASSERT_EQ(text->words.size(), 3u);
  EXPECT_EQ(text->words[1].text, "films");
  EXPECT_EQ(text->words[1].begin, 1);
  EXPECT_EQ(text->words[1].pieces, 2);
  EXPECT_EQ(text->words[2].begin, 3);
  EXPECT_EQ(text->words[2].pieces, 1);
}

TEST(TextWordsTest, WordsOfLettersThatAreNoStopWordsAreReplaceable) {
  const auto text = ReadWords(*WordTokenizer(), "The PLOT isn't caf\u00e9-good, a1 2 \u03b2 [MASK] couldn zzz very");
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(Replaceable(*text), ElementsAre("plot", "cafe", "good", "zzz"));
}

TEST(TextWordsTest, CapitalsOfACasedTokenizerStay) {
  WordPieceOptions cased;
  cased.lower_case = false;
  const auto text = ReadWords(*WordTokenizer(cased), "The Plot, caf\u00e9 Very good");
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(Replaceable(*text), ElementsAre("Plot", "good"));
}

TEST(TextWordsTest, ATextMayBeEmptyButHasToBeUtf8) {
  EXPECT_TRUE(ReadWords(*WordTokenizer(), " ")->words.empty());
  EXPECT_THAT(ReadWords(*WordTokenizer(), "good \xff"), IsInvalidArgument("byte 5: want UTF-8, got 0xff"));
}

}  // namespace
}  // namespace retort
