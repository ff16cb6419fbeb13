#include "framework/data/squad/context_pieces.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "framework/text/files/load_tokenizer.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

// The bytes of each piece.
std::vector<std::string> TextsOf(const std::string& text, const Tokenizer& tokenizer) {
  const auto pieces = EncodeContext(text, tokenizer, nullptr);
  EXPECT_THAT(pieces, IsOk());
  std::vector<int32_t> whole;
  EXPECT_THAT(tokenizer.Encode(text, &whole), IsOk());
  EXPECT_EQ(pieces->ids, whole);
  std::vector<std::string> texts;
  for (const ByteRange& range : pieces->ranges) texts.push_back(text.substr(range.begin, range.end - range.begin));
  return texts;
}

std::unique_ptr<Tokenizer> TokenizerOf(const std::vector<std::string>& more) {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  pieces.insert(pieces.end(), more.begin(), more.end());
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary(std::move(pieces)));
  EXPECT_THAT(tokenizer, IsOk());
  return *std::move(tokenizer);
}

TEST(EncodeContext, WordsStandBetweenWhiteSpace) {
  EXPECT_THAT(TextsOf(" a  b\tc\nd\u202Fe ", *testing::LetterTokenizer()), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(TextsOf("", *testing::LetterTokenizer()), ElementsAre());
}

TEST(EncodeContext, PiecesOfAWordShareItsRange) {
  const auto tokenizer = TokenizerOf({"un", "##seen", "##ly"});
  EXPECT_THAT(TextsOf("un unseenly", *tokenizer), ElementsAre("un", "unseenly", "unseenly", "unseenly"));
}

TEST(EncodeContext, PunctuationAndIdeographsHaveRangesOfTheirOwn) {
  const auto tokenizer = TokenizerOf({"19", "##43", "(", ")", ",", "„", "水"});
  EXPECT_THAT(TextsOf("(1943), „19水", *tokenizer), ElementsAre("(", "1943", "1943", ")", ",", "„", "19", "水"));
}

// A tokenizer that has a piece for a word with its punctuation.
TEST(EncodeContext, PartsWithOtherPiecesThanTheWholeAreNone) {
  WordPieceOptions options;
  options.added = {AddedPiece{"[MASK]", 4}};
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "mask"};
  const auto tokenizer = WordPieceTokenizer::Create(Vocabulary(std::move(pieces)));
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT(TextsOf("[MASK] [mask]", **tokenizer), ElementsAre("[MASK]", "[", "mask", "]"));
}

// RoBERTa has pieces for "),", "'s" and ").", and none of "(" and '"' with what is behind them.
TEST(EncodeContext, RunsOfMarksThatAreOnePieceHaveOneRange) {
  const auto tokenizer = LoadTokenizer("data/vocab/roberta");
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT(TextsOf(" (1943), Rollo's \"War\".", **tokenizer),
              ElementsAre("(", "1943", "1943", "),", "Rollo", "Rollo", "'s", "\"", "War", "\"."));
}

}  // namespace
}  // namespace retort
