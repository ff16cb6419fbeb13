#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"

#include <string>

#include "framework/base/file.h"
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

TEST(ReadSentencePairs, Errors) {
  const auto error = [](const std::string& text) { return ReadSentencePairs(Write("bad.tsv", text)).status(); };
  const std::string heading = "sentence1\tsentence2\tscore\n";
  EXPECT_THAT(error(""), IsInvalidArgument("bad.tsv:1: want a heading with the column sentence1, got "));
  EXPECT_THAT(error("sentence1\tsentence2\nx\ty\n"),
              IsInvalidArgument("bad.tsv:1: want a heading with the column score, got sentence1, sentence2"));
  EXPECT_THAT(error(heading + "x\ty\t1\nx\t1\n"),
              IsInvalidArgument("bad.tsv:3: want the 3 columns of the heading, got 2"));
  EXPECT_THAT(error(heading + "x\ty\thigh\n"), IsInvalidArgument("bad.tsv:2: score: want a number, got \"high\""));
  EXPECT_THAT(error(heading + "x\ty\tnan\n"), IsInvalidArgument("bad.tsv:2: score: want a number, got \"nan\""));
  EXPECT_THAT(error(heading), IsInvalidArgument("bad.tsv: want sentence pairs, got none"));
}

TEST(TokenizePairs, OneFileAfterTheOther) {
  const std::string heading = "sentence1\tsentence2\tscore\n";
  const std::string first = Write("first.tsv", heading + "a b\tc\t1\n");
  const std::string second = Write("second.tsv", heading + "a\ta b c d e\t2\nb\tb\t3\n");
  const auto tokenizer = LetterTokenizer();
  const auto pairs = TokenizePairs({first, second}, *tokenizer, /*length=*/5);
  ASSERT_THAT(pairs, IsOk());
  EXPECT_EQ(pairs->size(), 3);
  EXPECT_THAT(pairs->scores, ElementsAre(1, 2, 3));
  std::vector<size_t> lengths;
  for (const auto& ids : pairs->sentences) lengths.push_back(ids.size());
  EXPECT_THAT(lengths, ElementsAre(4, 3, 3, 5, 3, 3));
  EXPECT_EQ(pairs->sentences[0].front(), tokenizer->special_ids().cls);
  EXPECT_EQ(pairs->sentences[3].back(), tokenizer->special_ids().sep);

  const auto shorter = TokenizePairs({first, second}, *tokenizer, /*length=*/4);
  ASSERT_THAT(shorter, IsOk());
  EXPECT_NE(shorter->content_hash, pairs->content_hash);
}

TEST(TokenizePairs, Errors) {
  const auto tokenizer = LetterTokenizer();
  const std::string heading = "sentence1\tsentence2\tscore\n";
  EXPECT_THAT(TokenizePairs({Write("few.tsv", heading + "a\tb\t1\nb\tc\t2\n")}, *tokenizer, 16),
              IsInvalidArgument("pairs: want at least 3 sentence pairs for a correlation, got 2"));
  EXPECT_THAT(TokenizePairs({Write("text.tsv", heading + "a\tb\t1\n\xff\tc\t2\n")}, *tokenizer, 16),
              IsInvalidArgument("text.tsv:3: "));
  // BERT's special pieces stand around an empty sentence; GPT-2 has none.
  const std::string empty = Write("empty.tsv", heading + "a\tb\t1\nb\t\t2\na\ta\t3\n");
  EXPECT_THAT(TokenizePairs({empty}, *tokenizer, 16), IsOk());
  const auto gpt2 = ByteBpeTokenizer::Load(Write("vocab.json", R"({"a": 0, "b": 1, "<|endoftext|>": 2})"),
                                           Write("merges.txt", "#version: 0.2\n"));
  ASSERT_THAT(gpt2, IsOk());
  EXPECT_THAT(TokenizePairs({empty}, **gpt2, 16),
              IsInvalidArgument("empty.tsv:3: want a sentence of at least one piece, got none"));
}

}  // namespace
}  // namespace retort
