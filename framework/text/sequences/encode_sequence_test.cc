// Against the library's results: //tests/golden/tokenizer:sequences_test.

#include "framework/text/sequences/encode_sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "framework/text/vocabulary.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum { kPad, kUnk, kCls, kSep, kMask, kA, kB };

std::unique_ptr<WordPieceTokenizer> Make() {
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"}));
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

SequenceOptions Truncated(Truncation truncation, int max_length) {
  SequenceOptions options;
  options.truncation = truncation;
  options.max_length = max_length;
  return options;
}

TEST(EncodeSequenceTest, OneTextAndTwo) {
  auto one = EncodeSequence(*Make(), "a b", std::nullopt, {});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(one->ids, ElementsAre(kCls, kA, kB, kSep));
  EXPECT_THAT(one->types, ElementsAre(0, 0, 0, 0));
  auto two = EncodeSequence(*Make(), "a", "b", {});
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_THAT(two->ids, ElementsAre(kCls, kA, kSep, kB, kSep));
  EXPECT_THAT(two->types, ElementsAre(0, 0, 0, 1, 1));
}

TEST(EncodeSequenceTest, AnEmptySecondTextIsATextAllTheSame) {
  EXPECT_THAT(EncodeSequence(*Make(), "a", "", {})->ids, ElementsAre(kCls, kA, kSep, kSep));
}

TEST(EncodeSequenceTest, LongestFirst) {
  auto cut = EncodeSequence(*Make(), "a a a a", "b b", Truncated(Truncation::kLongestFirst, 8));
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_THAT(cut->ids, ElementsAre(kCls, kA, kA, kA, kSep, kB, kB, kSep));
  EXPECT_THAT(EncodeSequence(*Make(), "a a a", "b b b", Truncated(Truncation::kLongestFirst, 6))->ids,
              ElementsAre(kCls, kA, kSep, kB, kB, kSep));
}

TEST(EncodeSequenceTest, ErrorsNameWhatIsWanted) {
  const auto message = [](const char* first, std::optional<absl::string_view> second, const SequenceOptions& options) {
    return std::string(EncodeSequence(*Make(), first, second, options).status().message());
  };
  EXPECT_EQ(message("a", "b", Truncated(Truncation::kLongestFirst, 2)),
            "max_length: want at least the 3 special ids, got 2");
  EXPECT_EQ(message("a a", std::nullopt, Truncated(Truncation::kOnlySecond, 3)),
            "truncation: want a second text, got one text");
  EXPECT_EQ(message("a", "b b b", Truncated(Truncation::kOnlyFirst, 5)),
            "truncation: want a first text of more than 2 ids, got 1");
  EXPECT_THAT(message("a", "\xff", {}), HasSubstr("want UTF-8"));
}

}  // namespace
}  // namespace retort
