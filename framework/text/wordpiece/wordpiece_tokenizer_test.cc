#include "framework/text/wordpiece/wordpiece_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/text/tokenizer_checks.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::ExpectScratchChangesNothing;
using testing::ExpectThreadsShare;
using ::testing::HasSubstr;

// Ids of the pieces below.
enum : int32_t { kPad, kUnk, kCls, kSep, kMask, kUn, kAff, kAble, kA, kB, kInnerB, kE, kDot, kQuoteId, kAb, kCapitalA };

std::unique_ptr<WordPieceTokenizer> Make(const WordPieceOptions& options = {}) {
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff",
                                                          "##able", "a", "b", "##b", "e", ".", "\u201c", "ab", "A"}),
                                              options);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::vector<int32_t> Ids(const Tokenizer& tokenizer, absl::string_view text) {
  std::vector<int32_t> ids;
  EXPECT_TRUE(tokenizer.Encode(text, &ids).ok()) << text;
  return ids;
}

TEST(WordPieceTokenizerTest, TakesTheLongestPiecesFromTheLeft) {
  const auto tokenizer = Make();
  EXPECT_THAT(Ids(*tokenizer, "unaffable"), ElementsAre(kUn, kAff, kAble));
  EXPECT_THAT(Ids(*tokenizer, "ab abb a b"), ElementsAre(kAb, kAb, kInnerB, kA, kB));
}

TEST(WordPieceTokenizerTest, AWordWithoutASpellingIsOneUnknown) {
  const auto tokenizer = Make();
  EXPECT_THAT(Ids(*tokenizer, "a unaffx b"), ElementsAre(kA, kUnk, kB));
  EXPECT_THAT(Ids(*tokenizer, std::string(101, 'b')), ElementsAre(kUnk));
  EXPECT_EQ(Ids(*tokenizer, std::string(100, 'b')).size(), 100u);
}

TEST(WordPieceTokenizerTest, FoldsCaseAndAccentsWhenUncased) {
  EXPECT_THAT(Ids(*Make(), "\u00c9.A \u201cB"), ElementsAre(kE, kDot, kA, kQuoteId, kB));
  WordPieceOptions cased;
  cased.lower_case = false;
  EXPECT_THAT(Ids(*Make(cased), "\u00c9.A B"), ElementsAre(kUnk, kDot, kCapitalA, kUnk));
}

TEST(WordPieceTokenizerTest, SpecialPiecesInText) {
  EXPECT_THAT(Ids(*Make(), "a[MASK]b [SEP"), ElementsAre(kA, kMask, kB, kUnk, kUnk));
}

TEST(WordPieceTokenizerTest, SplitsAtNewlinesUnlessAnAddedPieceHasOne) {
  EXPECT_TRUE(Make()->SplitsAtNewlines());
  WordPieceOptions options;
  options.added = {{"a\nb", kAb}};
  EXPECT_FALSE(Make(options)->SplitsAtNewlines());
}

TEST(WordPieceTokenizerTest, ScratchChangesNothing) {
  // Some beyond ASCII, one removed.
  ExpectScratchChangesNothing(*Make(), {"a", "b", "A", "u", "n", " ", ".", "\u00e9", "\u201c", "\x01", "e\u0301"});
}

TEST(WordPieceTokenizerTest, ThreadsShareOneTokenizer) { ExpectThreadsShare(*Make(), "unaffable \u00c9 ab"); }

TEST(WordPieceTokenizerTest, DecodeJoinsPieces) {
  EXPECT_EQ(Make()->Decode({kCls, kUn, kAff, kAble, kA, kDot, kSep}), "[CLS] unaffable a . [SEP]");
  EXPECT_EQ(Make()->Decode({kAff, kAble}), "##affable");
}

TEST(WordPieceTokenizerTest, DecodeLeavesOutSpecialPiecesAndCleansUp) {
  DecodeOptions options;
  options.skip_special = true;
  options.clean_up = true;
  EXPECT_EQ(Make()->Decode({kCls, kUn, kAff, kAble, kA, kDot, kSep}, options), "unaffable a.");
}

TEST(WordPieceTokenizerTest, WordsHaveThePiecesOfTheText) {
  for (const bool normalized : {false, true}) {
    WordPieceOptions options;
    options.added = {{"[MASK]", kMask}, {"ab.", kAb, /*special=*/false}};
    options.added->back().normalized = normalized;
    const auto tokenizer = Make(options);
    const std::string text = "Unaffable \u00c9.[MASK] q\nab. a";
    std::vector<PiecedWord> words;
    ASSERT_TRUE(tokenizer->EncodeWords(text, &words).ok());
    std::vector<std::string> texts;
    std::vector<int32_t> ids;
    for (const PiecedWord& word : words) {
      texts.push_back(word.text);
      ids.insert(ids.end(), word.ids.begin(), word.ids.end());
    }
    EXPECT_THAT(texts, ElementsAre("unaffable", "e", ".", "[MASK]", "q", "ab", "a"));
    EXPECT_EQ(ids, Ids(*tokenizer, text));
    EXPECT_THAT(words[0].ids, ElementsAre(kUn, kAff, kAble));
  }
}

TEST(WordPieceTokenizerTest, WordsOfInvalidUtf8NameTheByte) {
  std::vector<PiecedWord> words;
  EXPECT_EQ(Make()->EncodeWords("a [SEP] b. caf\xe9 b", &words).message(), "byte 14: want UTF-8, got 0xe9");
}

TEST(WordPieceTokenizerTest, InvalidUtf8NamesTheByte) {
  std::vector<int32_t> ids;
  const absl::Status status = Make()->Encode("a [SEP] b. caf\xe9 b", &ids);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "byte 14: want UTF-8, got 0xe9");
}

TEST(WordPieceTokenizerTest, AMissingSpecialPieceIsNamed) {
  const absl::Status status = WordPieceTokenizer::Create(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[MASK]"})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("want the special piece [SEP], got none"));
}

TEST(WordPieceTokenizerTest, FingerprintFollowsFromVocabularyAndOptions) {
  EXPECT_EQ(Make()->Fingerprint(), Make()->Fingerprint());
  WordPieceOptions cased;
  cased.lower_case = false;
  EXPECT_NE(Make()->Fingerprint(), Make(cased)->Fingerprint());
  auto other = WordPieceTokenizer::Create(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}));
  EXPECT_NE(Make()->Fingerprint(), (*other)->Fingerprint());
}

}  // namespace
}  // namespace retort
