#include "framework/augment/word_vectors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;

constexpr char kWords[] =
    "good 2 0\n"
    "great 3 0.3\n"
    "fine 1 1\n"
    "bad -1 0\n"
    "up 0 7\n"
    "down 0 -1\n"
    "nothing 0 0\n"
    "<unk> 1 0\n";

absl::StatusOr<WordVectors> Read(absl::string_view text, int64_t words = 100) {
  const std::string path = ::testing::TempDir() + "/vectors.txt";
  EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
  return WordVectors::Read(path, words);
}

TEST(WordVectorsTest, NeighboursAreThoseOfTheLargestCosine) {
  const auto vectors = Read(kWords);
  ASSERT_THAT(vectors, IsOk());
  EXPECT_EQ(vectors->size(), 8);
  EXPECT_EQ(vectors->dimension(), 2);
  EXPECT_THAT(vectors->Neighbours("good", 2), ElementsAre("great", "fine"));
  EXPECT_THAT(vectors->Neighbours("up", 1), ElementsAre("fine"));
}

TEST(WordVectorsTest, EquallyNearWordsComeInTheOrderOfTheFile) {
  EXPECT_THAT(Read(kWords)->Neighbours("good", 9), ElementsAre("great", "fine", "up", "down", "bad"));
  EXPECT_THAT(Read(kWords)->Neighbours("bad", 2), ElementsAre("up", "down"));
}

TEST(WordVectorsTest, WordsNearToNothingHaveNoNeighbours) {
  const auto vectors = Read(kWords);
  for (const char* word : {"unheard", "Good", "nothing", "<unk>", ""}) {
    EXPECT_THAT(vectors->Neighbours(word, 3), IsEmpty()) << word;
  }
}

TEST(WordVectorsTest, TheSameIsAnsweredAgain) {
  const auto vectors = Read(kWords);
  EXPECT_THAT(vectors->Neighbours("good", 2), ElementsAre("great", "fine"));
  EXPECT_THAT(vectors->Neighbours("good", 1), ElementsAre("great"));
  EXPECT_THAT(vectors->Neighbours("good", 2), ElementsAre("great", "fine"));
}

TEST(WordVectorsTest, NeighboursOfATitleAreTitles) {
  const auto vectors = Read("Film 1 0\nmovie 1 0.1\nTV 1 0.2\n");
  EXPECT_THAT(vectors->Neighbours("Film", 2), ElementsAre("Movie", "Tv"));
  EXPECT_THAT(vectors->Neighbours("movie", 2), ElementsAre("TV", "Film"));
}

TEST(WordVectorsTest, OfEqualWordsTheLastOneCounts) {
  const auto vectors = Read("a 1 0\nb 0 1\na 0 1\nc 1 0\n");
  EXPECT_THAT(vectors->Neighbours("a", 3), ElementsAre("b", "c"));
  EXPECT_THAT(vectors->Neighbours("c", 3), ElementsAre("b", "a"));
}

TEST(WordVectorsTest, VectorsOfManyNumbersAreComparedWhole) {
  std::string same = "same", other = "other";
  for (int i = 0; i < 19; ++i) {
    absl::StrAppend(&same, " ", i);
    absl::StrAppend(&other, " ", i < 18 ? i : -i);
  }
  std::string word = same;
  word.replace(0, 4, "word");
  EXPECT_THAT(Read(absl::StrCat(other, "\n", same, "\n", word, "\n"))->Neighbours("word", 2),
              ElementsAre("same", "other"));
}

TEST(WordVectorsTest, ReadsAsManyWordsAsAreWantedAndPackedFiles) {
  const std::string damaged = absl::StrCat(kWords, "broken 1\n");
  EXPECT_THAT(Read(damaged, 3)->Neighbours("good", 9), ElementsAre("great", "fine"));
  EXPECT_THAT(Read(damaged, 8), IsOk());
  EXPECT_THAT(Read(testing::Xz(kWords))->Neighbours("good", 1), ElementsAre("great"));
}

TEST(WordVectorsTest, WordsMayHaveBlanksInside) {
  const auto vectors = Read("the 0.1 0.2 0.3\n. . . 0.4 0.5 0.6\nat name@domain.com 0.7 0.8 0.9\n1 1/2 0.1 0.1 0.1\n");
  ASSERT_THAT(vectors, IsOk());
  EXPECT_EQ(vectors->dimension(), 3);
  EXPECT_THAT(vectors->Neighbours("the", 9), ElementsAre(". . .", "at name@domain.com", "1 1/2"));
}

TEST(WordVectorsTest, TheFirstWordMayHaveBlanksInside) {
  const auto vectors = Read(". . . 1 0\n. . 1 1\nthe 1 0.2\n1990 0 1\n");
  ASSERT_THAT(vectors, IsOk());
  EXPECT_EQ(vectors->dimension(), 2);
  EXPECT_THAT(vectors->Neighbours(". . .", 9), ElementsAre("the", ". .", "1990"));
}

TEST(WordVectorsTest, BlankLinesArePassedOver) {
  const auto vectors = Read("\na 1 0\n \t\nb 1 1\n\n", 2);
  ASSERT_THAT(vectors, IsOk());
  EXPECT_THAT(vectors->Neighbours("a", 9), ElementsAre("b"));
}

TEST(WordVectorsTest, CheckFindsTheErrorsOfRead) {
  const std::string path = ::testing::TempDir() + "/vectors.txt";
  EXPECT_THAT(Read(absl::StrCat(kWords, "broken 1\n")), IsInvalidArgument("vectors.txt:9: "));
  EXPECT_THAT(WordVectors::Check(path, 100), IsInvalidArgument("vectors.txt:9: want a word and 2 numbers"));
  EXPECT_THAT(WordVectors::Check(path, 8), IsOk());
}

TEST(WordVectorsTest, ErrorsNameTheLine) {
  EXPECT_THAT(
      Read(absl::StrCat(kWords, "broken 1\n")),
      IsInvalidArgument("vectors.txt:9: want a word and 2 numbers, got 2 fields; correct the line or leave it out"));
  EXPECT_THAT(Read("a 1 0\nb 1 0 1\n"), IsInvalidArgument("vectors.txt:2: want a word and 2 numbers, got 4 fields"));
  EXPECT_THAT(Read("a nan 0\nb 1 0\n"),
              IsInvalidArgument("vectors.txt:1: want a number behind the word \"a\", got \"nan\""));
  EXPECT_THAT(Read("alone\n"), IsInvalidArgument("vectors.txt:1: want a word and its numbers, got 1 fields"));
  EXPECT_THAT(Read("alone\nb 1 0\n"), IsInvalidArgument("vectors.txt:1: want a word and 2 numbers, got 1 fields"));
  EXPECT_THAT(
      Read("a 1 0\nb 1 x\n"),
      IsInvalidArgument("vectors.txt:2: want a number behind the word \"b\", got \"x\"; correct the line or leave it "
                        "out"));
  EXPECT_THAT(Read("a nan 0\n"), IsInvalidArgument("vectors.txt:1: want a number behind the word \"a\", got \"nan\""));
  EXPECT_THAT(Read("a 1 1e60\n"), IsInvalidArgument("got \"1e60\""));
  EXPECT_THAT(Read("a 1\n\xff 1\n"), IsInvalidArgument("vectors.txt:2: want UTF-8, got 0xff at its byte 0"));
  EXPECT_THAT(
      Read("400000 300\nthe 1 2\n"),
      IsInvalidArgument("vectors.txt:1: want a word and its numbers, as in GloVe's files, got word2vec's heading "
                        "\"400000 300\"; leave out this line: tail -n +2"));
  EXPECT_THAT(Read("\n\n"), IsInvalidArgument("vectors.txt: want words and their vectors, got an empty file"));
  EXPECT_THAT(Read(""), IsInvalidArgument("vectors.txt: want words and their vectors, got an empty file"));
  EXPECT_EQ(WordVectors::Read(::testing::TempDir() + "/nowhere", 1).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace retort
