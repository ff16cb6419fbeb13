#include "framework/text/bpe/byte_bpe_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/text/tokenizer.h"
#include "framework/text/tokenizer_checks.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::ExpectScratchChangesNothing;
using testing::ExpectThreadsShare;
using ::testing::HasSubstr;

// Letters a, b, c, a space (U+0120), the two bytes of U+00E9, and RoBERTa's
// special pieces.
enum { kBegin, kPad, kEnd, kUnk, kMask, kA, kB, kC, kSpace, kLead, kTrail, kAb, kSpaceA, kSpaceAb, kAccent };
constexpr char kVocabulary[] =
    R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "c": 7, "\u0120": 8,
        "\u00c3": 9, "\u00a9": 10, "ab": 11, "\u0120a": 12, "\u0120ab": 13, "\u00c3\u00a9": 14})";
constexpr char kMerges[] = "#version: 0.2\na b\n\u0120 a\n\u0120 ab\n\u00c3 \u00a9\n";

std::string Write(const std::string& name, absl::string_view contents) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  EXPECT_TRUE(AtomicWriteFile(path, contents).ok());
  return path;
}

absl::StatusOr<std::unique_ptr<ByteBpeTokenizer>> Load(absl::string_view vocabulary, absl::string_view merges,
                                                       const ByteBpeOptions& options = {}) {
  return ByteBpeTokenizer::Load(Write("vocab.json", vocabulary), Write("merges.txt", merges), options);
}

std::unique_ptr<ByteBpeTokenizer> Make(const ByteBpeOptions& options = {}) {
  auto tokenizer = Load(kVocabulary, kMerges, options);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::vector<int32_t> Ids(const Tokenizer& tokenizer, absl::string_view text) {
  std::vector<int32_t> ids;
  const absl::Status status = tokenizer.Encode(text, &ids);
  EXPECT_TRUE(status.ok()) << status;
  return ids;
}

TEST(ByteBpeTokenizerTest, MergesBytesOfWords) {
  EXPECT_THAT(Ids(*Make(), "ab ab abc ca"), ElementsAre(kAb, kSpaceAb, kSpaceAb, kC, kSpace, kC, kA));
  EXPECT_THAT(Ids(*Make(), "\u00e9"), ElementsAre(kAccent));
  EXPECT_THAT(Ids(*Make(), ""), ElementsAre());
}

TEST(ByteBpeTokenizerTest, BytesOutsideTheVocabularyAreLeftOut) {
  EXPECT_THAT(Ids(*Make(), "azb"), ElementsAre(kAb));
  EXPECT_THAT(Ids(*Make(), "!!"), ElementsAre());
}

TEST(ByteBpeTokenizerTest, SpecialPiecesInText) {
  EXPECT_THAT(Ids(*Make(), "ab <mask> ab</s>a"), ElementsAre(kAb, kMask, kSpaceAb, kEnd, kA));
}

TEST(ByteBpeTokenizerTest, PrefixSpaceIsAddedBehindSpecialPiecesToo) {
  ByteBpeOptions options;
  options.add_prefix_space = true;
  EXPECT_THAT(Ids(*Make(options), "ab"), ElementsAre(kSpaceAb));
  EXPECT_THAT(Ids(*Make(options), " ab"), ElementsAre(kSpaceAb));
  EXPECT_THAT(Ids(*Make(options), "ab<s>a"), ElementsAre(kSpaceAb, kBegin, kSpaceA));
  EXPECT_THAT(Ids(*Make(options), "<s>"), ElementsAre(kBegin));
}

TEST(ByteBpeTokenizerTest, ScratchChangesNothing) {
  ExpectScratchChangesNothing(*Make(), {"a", "b", "c", " ", "'s", "\u00e9", "<mask>", "1", "!", "\u3000"});
}

TEST(ByteBpeTokenizerTest, ThreadsShareOneTokenizer) { ExpectThreadsShare(*Make(), "ab \u00e9 <mask>ca"); }

TEST(ByteBpeTokenizerTest, DecodeGivesBytesBack) {
  EXPECT_EQ(Make()->Decode({kBegin, kAb, kSpaceAb, kAccent, kEnd}), "<s>ab ab\u00e9</s>");
  DecodeOptions options;
  options.skip_special = true;
  EXPECT_EQ(Make()->Decode({kBegin, kAb, kSpaceAb, kAccent, kEnd}, options), "ab ab\u00e9");
  EXPECT_EQ(Make()->Decode({kA, kLead, kLead, kTrail, kTrail}), "a\uFFFD\u00e9\uFFFD");
}

TEST(ByteBpeTokenizerTest, InvalidUtf8NamesTheByte) {
  std::vector<int32_t> ids;
  const absl::Status status = Make()->Encode("ab <mask> caf\xe9 b", &ids);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "byte 13: want UTF-8, got 0xe9");
  EXPECT_TRUE(ids.empty());
}

TEST(ByteBpeTokenizerTest, RolesFollowFromTheVocabulary) {
  const auto roberta = Make();
  EXPECT_EQ(roberta->special_ids().mask, kMask);
  EXPECT_EQ(roberta->special_ids().end_of_text, roberta->special_ids().sep);
  EXPECT_THAT(roberta->sequence_template().between, ElementsAre(kEnd, kEnd));
  auto gpt2 = Load(R"({"a": 0, "<|endoftext|>": 1})", "#version: 0.2\n");
  ASSERT_TRUE(gpt2.ok()) << gpt2.status();
  EXPECT_EQ((*gpt2)->special_ids().sep, 1);
  EXPECT_EQ((*gpt2)->special_ids().mask, kNoId);
  EXPECT_EQ((*gpt2)->special_ids().end_of_text, 1);
  EXPECT_THAT((*gpt2)->sequence_template().before, ElementsAre());
  EXPECT_THAT(Ids(**gpt2, "a<|endoftext|>"), ElementsAre(0, 1));
}

TEST(ByteBpeTokenizerTest, WrongFilesAreNamed) {
  const auto message = [](absl::string_view vocabulary, absl::string_view merges) {
    return std::string(Load(vocabulary, merges).status().message());
  };
  const std::string good = R"({"a": 0, "<|endoftext|>": 1})";
  EXPECT_THAT(message("[]", ""), HasSubstr("vocab.json: want an object from piece to id"));
  EXPECT_THAT(message("{}", ""), HasSubstr("vocab.json: want pieces, got none"));
  EXPECT_THAT(message(R"({"a": 0, "b": 0})", ""), HasSubstr("piece \"b\": want an id that \"a\" has not, got 0"));
  EXPECT_THAT(message(R"({"a": 0, "b": 65552})", ""), HasSubstr("piece \"b\": want an id below 65552 in a vocabulary"));
  EXPECT_THAT(message(R"({"a": -1})", ""), HasSubstr("piece \"a\""));
  EXPECT_THAT(message(R"({"a": 0.5})", ""), HasSubstr("piece \"a\": want an id that is a whole number"));
  EXPECT_THAT(message(R"({"a": 18446744073709551615})", ""), HasSubstr("piece \"a\""));
  EXPECT_THAT(message(R"({"a": 0})", "#version: 0.2\n"), HasSubstr("vocab.json: want the special pieces"));
  EXPECT_THAT(message(good, "a b c\n"), HasSubstr("merges.txt: line 1: want two pieces"));
  EXPECT_THAT(message(good, "a b\n"), HasSubstr("merges.txt: merge 0 (\"a\", \"b\")"));
  EXPECT_EQ(ByteBpeTokenizer::Load("nowhere.json", "nowhere.txt").status().code(), absl::StatusCode::kNotFound);
}

TEST(ByteBpeTokenizerTest, FingerprintFollowsFromAllParts) {
  EXPECT_EQ(Make()->Fingerprint(), Make()->Fingerprint());
  ByteBpeOptions options;
  options.add_prefix_space = true;
  EXPECT_NE(Make()->Fingerprint(), Make(options)->Fingerprint());
  auto other = Load(kVocabulary, "#version: 0.2\na b\n");
  EXPECT_NE(Make()->Fingerprint(), (*other)->Fingerprint());
}

}  // namespace
}  // namespace retort
