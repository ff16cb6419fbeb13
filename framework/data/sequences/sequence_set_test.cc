#include "framework/data/sequences/sequence_set.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/sequences/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::AllBlocks;
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

// The stream is a b c d e 3 f 3 g h 3, with 3 for the end of text.
TEST(SequenceSetTest, JoinsDocumentsIntoBlocksForACausalModel) {
  const std::vector<std::string> documents = {"a b c d e", "f", "g h"};
  const auto set = AllBlocks(documents, 4);
  ASSERT_EQ(set->size(), 2);
  EXPECT_THAT(set->Ids(0), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(set->Ids(1), ElementsAre(9, 3, 10, 3));
  EXPECT_THAT(set->Lengths(), ElementsAre(4, 4));
  EXPECT_EQ(set->tokens(), 8);
  // A block that begins with an end of text, and one that ends with the stream.
  EXPECT_THAT(AllBlocks(documents, 5)->Ids(1), ElementsAre(3, 10, 3, 11, 12));
  EXPECT_EQ(AllBlocks(documents, 11)->size(), 1);
  EXPECT_THAT(AllBlocks(documents, 11)->Ids(0), ElementsAre(5, 6, 7, 8, 9, 3, 10, 3, 11, 12, 3));
}

// Whatever the length, the blocks one after another are the beginning of the same stream, and all of it but less than
// a block; and they pass over documents of other splits.
TEST(SequenceSetTest, BlocksAreTheStreamOfTheirSplit) {
  const auto tokenizer = LetterTokenizer();
  std::vector<std::string> documents;
  for (int length : {5, 1, 30, 4}) {
    for (std::string& document : LetterDocuments(40, length)) documents.push_back(std::move(document));
  }
  const auto store = StoreOf(documents, *tokenizer);
  int64_t ids_of_all_splits = 0;
  for (const Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    SequenceSetOptions options = Options(split, 2, 0);
    options.kind = LmKind::kCausal;
    options.select_share = options.report_share = 0.3;
    options.special_ids.end_of_text = 4;
    std::vector<int32_t> stream;
    for (int64_t document = 0; document < store->documents(); ++document) {
      if (SplitOf(store->TextHash(document), 0.3, 0.3) != split) continue;
      std::vector<int32_t> ids(store->Length(document));
      store->Copy(document, 0, absl::MakeSpan(ids));
      stream.insert(stream.end(), ids.begin(), ids.end());
      stream.push_back(4);
    }
    ids_of_all_splits += static_cast<int64_t>(stream.size());
    for (int length : {2, 3, 7, 64}) {
      options.length = length;
      const auto set = SequenceSet::Create(store, options);
      ASSERT_TRUE(set.ok()) << set.status();
      std::vector<int32_t> joined;
      for (int64_t i = 0; i < (*set)->size(); ++i) {
        const std::vector<int32_t> ids = (*set)->Ids(i);
        ASSERT_EQ(ids.size(), static_cast<size_t>(length));
        joined.insert(joined.end(), ids.begin(), ids.end());
      }
      EXPECT_LT(stream.size() - joined.size(), static_cast<size_t>(length));
      EXPECT_TRUE(std::equal(joined.begin(), joined.end(), stream.begin())) << length;
    }
  }
  EXPECT_EQ(ids_of_all_splits, store->tokens() + store->documents());
}

TEST(SequenceSetTest, ACausalModelNeedsAnEndOfText) {
  SequenceSetOptions options = Options(Split::kTrain, 4, 0);
  options.kind = LmKind::kCausal;
  EXPECT_THAT(SequenceSet::Create(StoreOf({"a b c"}, *LetterTokenizer()), options).status().ToString(),
              HasSubstr("causal_lm: want a vocabulary with an end-of-text piece"));
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
  options.kind = LmKind::kCausal;
  options.special_ids.end_of_text = 3;
  EXPECT_THAT(SequenceSet::Create(StoreOf({"a b c", "d e"}, *tokenizer), options).status().ToString(),
              HasSubstr("want at least one sequence of 16 positions, got none from 2 document(s)"));
}

TEST(SequenceSetTest, LengthsOutOfRangeAreErrors) {
  const auto tokenizer = LetterTokenizer();
  const auto store = StoreOf({"a b c"}, *tokenizer);
  EXPECT_THAT(SequenceSet::Create(store, Options(Split::kTrain, 2, 0)).status().ToString(),
              HasSubstr("length: want at least 3"));
  EXPECT_THAT(SequenceSet::Create(store, Options(Split::kTrain, 8, 9)).status().ToString(),
              HasSubstr("min_length: want at most the length 8, got 9"));
  SequenceSetOptions causal = Options(Split::kTrain, 1, 0);
  causal.kind = LmKind::kCausal;
  EXPECT_THAT(SequenceSet::Create(store, causal).status().ToString(), HasSubstr("length: want at least 2"));
}

TEST(SequenceSetTest, TheContentHashFollowsFromAllThatMatters) {
  const uint64_t hash = AllSequences({"a b c d e f g", "a b"}, 5, 3)->content_hash();
  EXPECT_EQ(AllSequences({"a b c d e f g", "a b"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f h", "a b"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b", "a b c d e f g"}, 5, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f g", "a b"}, 6, 3)->content_hash(), hash);
  EXPECT_NE(AllSequences({"a b c d e f g", "a b"}, 5, 5)->content_hash(), hash);
  EXPECT_NE(AllBlocks({"a b c d e f g", "a b"}, 5)->content_hash(), hash);
  EXPECT_EQ(AllBlocks({"a b c d e f g", "a b"}, 5)->content_hash(),
            AllBlocks({"a b c d e f g", "a b"}, 5)->content_hash());
  EXPECT_NE(AllBlocks({"a b c d e f g", "a b"}, 5)->content_hash(),
            AllBlocks({"a b c d e f g", "a b"}, 4)->content_hash());
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
