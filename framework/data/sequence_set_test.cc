#include "framework/data/sequence_set.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::AllSequences;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LetterDocuments;
using testing::LetterTokenizer;
using testing::StoreOf;

SequenceSetOptions Options(Split split, int length, int min_length) {
  SequenceSetOptions options;
  options.corpus = "letters";
  options.split = split;
  options.length = length;
  options.min_length = min_length;
  options.special_ids = LetterTokenizer()->special_ids();
  return options;
}

TEST(SplitTest, HasNames) {
  for (const Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    EXPECT_EQ(*ParseSplit(SplitName(split)), split);
  }
  EXPECT_THAT(ParseSplit("test").status().ToString(), HasSubstr("want train, select or report, got \"test\""));
}

TEST(SplitTest, SharesAreHeld) {
  // Hashes evenly over their range.
  int counts[3] = {};
  for (uint64_t i = 0; i < 1000; ++i) ++counts[static_cast<int>(SplitOf((i << 54) + (i << 40), 0.1, 0.2))];
  EXPECT_NEAR(counts[static_cast<int>(Split::kTrain)], 700, 25);
  EXPECT_NEAR(counts[static_cast<int>(Split::kSelect)], 100, 25);
  EXPECT_NEAR(counts[static_cast<int>(Split::kReport)], 200, 25);
  EXPECT_EQ(SplitOf(~uint64_t{0}, 0.5, 0.4999), Split::kTrain);
  EXPECT_EQ(SplitOf(0, 0, 0), Split::kTrain);
}

TEST(SequenceSetTest, CutsDocumentsIntoPieces) {
  // Bodies of three: abc def g | ab | a.
  const auto set = AllSequences({"a b c d e f g", "a b", "a"}, 5, 4);
  ASSERT_EQ(set->size(), 3);
  EXPECT_THAT(set->Ids(0), ElementsAre(2, 5, 6, 7, 3));
  EXPECT_THAT(set->Ids(1), ElementsAre(2, 8, 9, 10, 3));
  EXPECT_THAT(set->Ids(2), ElementsAre(2, 5, 6, 3));
  EXPECT_THAT(set->Lengths(), ElementsAre(5, 5, 4));
  EXPECT_EQ(set->tokens(), 14);
  EXPECT_EQ(AllSequences({"a b c d e f g", "a b", "a"}, 5, 3)->size(), 5);
}

TEST(SequenceSetTest, SplitsPartTheDocuments) {
  const auto tokenizer = LetterTokenizer();
  const auto documents = LetterDocuments(400, 20);
  const auto store = StoreOf(documents, *tokenizer);
  int64_t sequences = 0;
  for (const Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    const auto set = SequenceSet::Create(store, Options(split, 32, 3));
    ASSERT_TRUE(set.ok()) << set.status();
    sequences += (*set)->size();
  }
  EXPECT_EQ(sequences, 400);
}

TEST(SequenceSetTest, ADocumentsSplitDoesNotDependOnItsPlace) {
  const auto tokenizer = LetterTokenizer();
  auto documents = LetterDocuments(400, 20);
  const auto select = [&] {
    const auto set = SequenceSet::Create(StoreOf(documents, *tokenizer), Options(Split::kSelect, 32, 3));
    EXPECT_TRUE(set.ok()) << set.status();
    std::set<std::vector<int32_t>> texts;
    for (int64_t i = 0; i < (*set)->size(); ++i) texts.insert((*set)->Ids(i));
    return texts;
  };
  const auto before = select();
  std::reverse(documents.begin(), documents.end());
  EXPECT_EQ(select(), before);
  EXPECT_GT(before.size(), 0u);
}

TEST(SequenceSetTest, AnEmptySplitSaysWhatWasThere) {
  const auto tokenizer = LetterTokenizer();
  SequenceSetOptions options = Options(Split::kTrain, 16, 12);
  options.select_share = options.report_share = 0;
  const auto set = SequenceSet::Create(StoreOf({"a b c", "d e"}, *tokenizer), options);
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(set.status().ToString(), HasSubstr("corpus letters, split train: want at least one sequence of 12 to 16 "
                                                 "positions, got none from 2 document(s) of 5 token(s)"));
}

TEST(SequenceSetTest, LengthsOutOfRangeAreErrors) {
  const auto tokenizer = LetterTokenizer();
  const auto store = StoreOf({"a b c"}, *tokenizer);
  EXPECT_THAT(SequenceSet::Create(store, Options(Split::kTrain, 2, 0)).status().ToString(),
              HasSubstr("length: want at least 3"));
  EXPECT_THAT(SequenceSet::Create(store, Options(Split::kTrain, 8, 9)).status().ToString(),
              HasSubstr("min_length: want at most the length 8, got 9"));
}

TEST(SequenceSetTest, TheContentHashFollowsFromAllThatMatters) {
  const uint64_t hash = AllSequences({"a b c d e f g", "a b"}, 5, 3)->content_hash();
  EXPECT_EQ(AllSequences({"a b c d e f g", "a b"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f h", "a b"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b", "a b c d e f g"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f g", "a b"}, 6, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f g", "a b"}, 5, 5)->content_hash(), hash);
}

TEST(SequenceSetTest, CountsPieces) {
  const std::vector<int64_t> counts = PieceCounts(*AllSequences({"a b a a", "c [UNK]", "z"}, 4, 4), 31);
  EXPECT_EQ(counts[5], 3);
  EXPECT_EQ(counts[6], 1);
  EXPECT_EQ(counts[7], 1);
  EXPECT_EQ(counts[1], 1);
  EXPECT_EQ(counts[2] + counts[3], 0);
  EXPECT_EQ(counts[30], 0);  // its sequence is too short
}

}  // namespace
}  // namespace retort
