#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LetterTokenizer;

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
  return path;
}

TEST(ReadSentencePairs, FindsItsColumnsByName) {
  const auto pairs = ReadSentencePairs(Write("pairs.tsv",
                                             "score\tgenre\tsentence2\tsentence1\r\n"
                                             "2.5\tnews\tThe \"second.\tThe first.\r\n"
                                             "0\tnews\tb\ta\n"));
  ASSERT_THAT(pairs, IsOk());
  ASSERT_EQ(pairs->size(), 2u);
  EXPECT_EQ((*pairs)[0].first, "The first.");
  EXPECT_EQ((*pairs)[0].second, "The \"second.");
  EXPECT_EQ((*pairs)[0].score, 2.5);
  EXPECT_EQ((*pairs)[1].first, "a");
}

TEST(ReadSentencePairs, HowAFileIsWrittenIsNoText) {
  const std::string plain = "score\tsentence1\tsentence2\n4\ta\tb c\n1\td\t\n";
  const auto read = [](const std::string& text) {
    std::vector<std::string> columns;
    const auto pairs = ReadSentencePairs(Write("written.tsv", text));
    EXPECT_THAT(pairs, IsOk()) << text;
    for (const SentencePair& pair : pairs.value()) {
      columns.insert(columns.end(), {pair.first, pair.second, std::to_string(pair.score)});
    }
    return columns;
  };
  const std::vector<std::string> wanted = read(plain);
  EXPECT_THAT(wanted, ElementsAre("a", "b c", "4.000000", "d", "", "1.000000"));
  for (const char* end : {"\r\n", "\r", " \n", "\xC2\xA0\r\n"}) {
    EXPECT_EQ(read(absl::StrReplaceAll(plain, {{"\n", end}})), wanted);
  }
  EXPECT_EQ(read("\xEF\xBB\xBF" + plain), wanted);
  EXPECT_EQ(read(plain + "\n \n\t\t\n\n"), wanted);
  EXPECT_EQ(read(plain.substr(0, plain.size() - 1)), wanted)
      << "the last line's empty column counts without an end too";
  for (const std::string& packed : {testing::Gzip(plain), testing::Xz(plain), testing::Zstd(plain)}) {
    EXPECT_EQ(read(packed), wanted);
  }
}

TEST(ReadSentencePairs, Errors) {
  const auto error = [](const std::string& text) { return ReadSentencePairs(Write("bad.tsv", text)).status(); };
  const std::string heading = "sentence1\tsentence2\tscore\n";
  EXPECT_THAT(error(""), IsInvalidArgument("bad.tsv:1: want a heading with the column sentence1, got an empty file"));
  EXPECT_THAT(error("sentence1\tsentence2\nx\ty\n"),
              IsInvalidArgument("bad.tsv:1: want a heading with the column score, got sentence1, sentence2"));
  EXPECT_THAT(error(heading + "x\ty\t1\nx\t1\n"),
              IsInvalidArgument("bad.tsv:3: want the 3 columns of the heading, got 2"));
  EXPECT_THAT(error(heading + "x\ty\thigh\n"), IsInvalidArgument("bad.tsv:2: score: want a number, got \"high\""));
  EXPECT_THAT(error(heading + "x\ty\tnan\n"), IsInvalidArgument("bad.tsv:2: score: want a number, got \"nan\""));
  EXPECT_THAT(error(testing::Zip(heading)),
              IsInvalidArgument("bad.tsv: want text, plain or packed by gzip, xz or zstd, "
                                "got a zip archive; unpack it"));
  EXPECT_THAT(error(heading), IsInvalidArgument("bad.tsv: want sentence pairs, got none"));
}

TEST(TokenizePairs, OneFileAfterTheOther) {
  const std::string heading = "sentence1\tsentence2\tscore\n";
  const std::string first = Write("first.tsv", heading + "a b\tc\t1\n");
  const std::string second = Write("second.tsv", heading + "a\ta b c d e\t2\nb\tb\t3\n");
  const auto tokenizer = LetterTokenizer();
  const auto pairs = TokenizePairs({first, second}, *tokenizer, {/*length=*/5});
  ASSERT_THAT(pairs, IsOk());
  EXPECT_EQ(pairs->size(), 3);
  EXPECT_THAT(pairs->scores, ElementsAre(1, 2, 3));
  std::vector<size_t> lengths;
  for (const auto& ids : pairs->sentences) lengths.push_back(ids.size());
  EXPECT_THAT(lengths, ElementsAre(4, 3, 3, 5, 3, 3));
  EXPECT_EQ(pairs->sentences[0].front(), tokenizer->special_ids().cls);
  EXPECT_EQ(pairs->sentences[3].back(), tokenizer->special_ids().sep);

  const auto shorter = TokenizePairs({first, second}, *tokenizer, {/*length=*/4});
  ASSERT_THAT(shorter, IsOk());
  EXPECT_NE(shorter->content_hash, pairs->content_hash);
  EXPECT_NE(shorter->text_hash, pairs->text_hash);
}

// Models with different vocabularies are measured on the same pairs.
TEST(TokenizePairs, TextHashDoesNotDependOnTheTokenizer) {
  const std::string path = Write("pairs.tsv", "sentence1\tsentence2\tscore\na\tb\t1\nb\ta\t2\na\ta\t3\n");
  const std::string other = Write("other.tsv", "sentence1\tsentence2\tscore\na\tb\t1\nb\ta\t2\na\tb\t3\n");
  const auto gpt2 = ByteBpeTokenizer::Load(Write("vocab.json", R"({"a": 0, "b": 1, "<|endoftext|>": 2})"),
                                           Write("merges.txt", "#version: 0.2\n"));
  ASSERT_THAT(gpt2, IsOk());
  const auto a = TokenizePairs({path}, *LetterTokenizer(), {16}), b = TokenizePairs({path}, **gpt2, {16}),
             c = TokenizePairs({other}, **gpt2, {16});
  ASSERT_THAT(a, IsOk());
  ASSERT_THAT(b, IsOk());
  ASSERT_THAT(c, IsOk());
  EXPECT_NE(a->content_hash, b->content_hash);
  EXPECT_EQ(a->text_hash, b->text_hash);
  EXPECT_NE(b->text_hash, c->text_hash);
}

// What is put before sentences and their case are part of what is measured.
TEST(TokenizePairs, ReadsSentencesAsIsSaid) {
  const std::string heading = "sentence1\tsentence2\tscore\n";
  const auto tokenizer = LetterTokenizer();
  const auto plain = TokenizePairs({Write("p.tsv", heading + "c a\tc b\t1\nc c\tc d\t2\nc\tc\t3\n")}, *tokenizer, {16});
  const auto read = TokenizePairs({Write("r.tsv", heading + "A\tB\t1\nC\tD\t2\n\t\t3\n")}, *tokenizer,
                                  {16, "C ", /*lower_case=*/true});
  ASSERT_THAT(plain, IsOk());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->sentences, plain->sentences);
  EXPECT_NE(TokenizePairs({::testing::TempDir() + "/r.tsv"}, *tokenizer, {16, "a "})->text_hash, read->text_hash);
}

TEST(ReadSentencePairs, UnpacksToNoMoreThanItMay) {
  const std::string text = "sentence1\tsentence2\tscore\na\tb\t1\n";
  const std::string path = Write("packed.tsv", testing::Gzip(text));
  EXPECT_THAT(ReadSentencePairs(path, {100, "most_bytes"}), IsOk());
  const absl::Status status = ReadSentencePairs(path, {10, "most_bytes of the evaluation"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("say a larger most_bytes of the evaluation"));
}

TEST(TokenizePairs, Errors) {
  const auto tokenizer = LetterTokenizer();
  const std::string heading = "sentence1\tsentence2\tscore\n";
  EXPECT_THAT(TokenizePairs({Write("few.tsv", heading + "a\tb\t1\nb\tc\t2\n")}, *tokenizer, {16}),
              IsInvalidArgument("pairs: want at least 3 sentence pairs for a correlation, got 2"));
  EXPECT_THAT(TokenizePairs({Write("equal.tsv", heading + "a\tb\t1\nb\tc\t1\na\ta\t1\n")}, *tokenizer, {16}),
              IsInvalidArgument("pairs: want scores that differ, for a correlation with them, got 1 for all 3 pairs"));
  EXPECT_THAT(TokenizePairs({Write("text.tsv", heading + "a\tb\t1\n\xff\tc\t2\n")}, *tokenizer, {16}),
              IsInvalidArgument("text.tsv:3: want UTF-8, got 0xff at its byte 0"));
  // BERT's special pieces stand around an empty sentence; GPT-2 has none.
  const std::string empty = Write("empty.tsv", heading + "a\tb\t1\nb\t\t2\na\ta\t3\n");
  EXPECT_THAT(TokenizePairs({empty}, *tokenizer, {16}), IsOk());
  const auto gpt2 = ByteBpeTokenizer::Load(Write("vocab.json", R"({"a": 0, "b": 1, "<|endoftext|>": 2})"),
                                           Write("merges.txt", "#version: 0.2\n"));
  ASSERT_THAT(gpt2, IsOk());
  EXPECT_THAT(TokenizePairs({empty}, **gpt2, {16}),
              IsInvalidArgument("empty.tsv:3: want a sentence of at least one piece, got none"));
}

}  // namespace
}  // namespace retort
