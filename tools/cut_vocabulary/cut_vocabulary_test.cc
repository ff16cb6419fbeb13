#include "tools/cut_vocabulary/cut_vocabulary.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/data/sequences/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LetterDocuments;
using testing::LetterTokenizer;
using ::testing::Not;
using testing::StoreOf;

// [PAD], an unused piece, [UNK] and so on as in BERT's; characters; 100 words "word0" to "word99".
const std::vector<std::string>& Pieces() {
  static const auto* pieces = [] {
    auto* list = new std::vector<std::string>{"[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a",
                                              "é",     "z",         "##a",   "##é",   "##z",   "#",      "ably"};
    for (int i = 0; i < 100; ++i) list->push_back(absl::StrCat("word", i));
    return list;
  }();
  return *pieces;
}
constexpr SpecialIds kSpecial = {0, 2, 3, 4, 5};

std::vector<std::string> Cut(std::vector<int64_t> counts, int size) {
  counts.resize(Pieces().size());
  auto cut = CutVocabulary(Vocabulary(Pieces()), kSpecial, counts, size);
  EXPECT_TRUE(cut.ok()) << cut.status();
  return *std::move(cut);
}

int Index(const std::string& piece) {
  return static_cast<int>(std::find(Pieces().begin(), Pieces().end(), piece) - Pieces().begin());
}

TEST(CutVocabularyTest, KeepsSpecialsCharactersAndWhatIsFrequent) {
  std::vector<int64_t> counts(Pieces().size(), 0);
  for (int i = 0; i < 100; ++i) counts[Index(absl::StrCat("word", i))] = 100 + i;
  counts[Index("ably")] = 1;  // too rare itself, but its characters are needed
  counts[Index("##é")] = 1;
  const auto pieces = Cut(counts, 64);
  ASSERT_EQ(pieces.size(), 64u);
  EXPECT_THAT(std::vector<std::string>(pieces.begin(), pieces.begin() + 9),
              ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "é", "##a", "##é"));
  // 55 places are left for words, in their old order.
  EXPECT_EQ(pieces[9], "word45");
  EXPECT_EQ(pieces[63], "word99");
  EXPECT_THAT(pieces, Not(Contains("z")));
  EXPECT_THAT(pieces, Not(Contains("#")));
}

TEST(CutVocabularyTest, OfEqualCountsTheFirstStay) {
  std::vector<int64_t> counts(Pieces().size(), 0);
  for (int i = 0; i < 100; ++i) counts[Index(absl::StrCat("word", i))] = 7;
  const auto pieces = Cut(counts, 64);
  EXPECT_THAT(pieces, Contains("word58"));
  EXPECT_THAT(pieces, Not(Contains("word59")));
}

TEST(CutVocabularyTest, SizesThatDoNotFitAreErrors) {
  const std::vector<int64_t> counts(Pieces().size(), 1);
  const Vocabulary vocabulary(Pieces());
  for (const int size : {0, -64, 63, 128}) {
    EXPECT_THAT(CutVocabulary(vocabulary, kSpecial, counts, size).status().ToString(),
                HasSubstr(absl::StrCat("want a multiple of 64 of at most 114 pieces, got ", size)));
  }
  std::vector<std::string> characters = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char c = '!'; c <= '~'; ++c) characters.emplace_back(1, c);
  EXPECT_THAT(CutVocabulary(Vocabulary(characters), {0, 1, 2, 3, 4}, std::vector<int64_t>(characters.size(), 1), 64)
                  .status()
                  .ToString(),
              HasSubstr("want at least the 99 special pieces and characters that occur, got 64"));
}

TEST(CountTrainingPiecesTest, LeavesHeldOutDocumentsOut) {
  const auto tokenizer = LetterTokenizer();
  const auto store = StoreOf(LetterDocuments(500, 10), *tokenizer);
  const auto count = [&](double select, double report) {
    std::vector<int64_t> counts(tokenizer->vocabulary_size());
    CountTrainingPieces(*store, select, report, &counts);
    int64_t sum = 0;
    for (const int64_t count : counts) sum += count;
    return sum;
  };
  EXPECT_EQ(count(0, 0), 5000);
  EXPECT_NEAR(static_cast<double>(count(0.2, 0.3)), 2500, 500);
}

}  // namespace
}  // namespace retort
