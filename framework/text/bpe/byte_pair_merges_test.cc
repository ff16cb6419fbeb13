#include "framework/text/bpe/byte_pair_merges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

enum { kA, kB, kC, kAa, kAb, kBc, kAbc, kAaab };

Vocabulary Pieces() { return Vocabulary({"a", "b", "c", "aa", "ab", "bc", "abc", "aaab"}); }

std::vector<int32_t> Merged(std::vector<int32_t> ids, const std::vector<BytePairMerges::Pair>& pairs) {
  auto merges = BytePairMerges::Create(pairs, Pieces(), "m.txt");
  EXPECT_TRUE(merges.ok()) << merges.status();
  ids.resize(merges->Apply(absl::MakeSpan(ids)));
  return ids;
}

TEST(BytePairMergesTest, TheLowestRankGoesFirst) {
  EXPECT_THAT(Merged({kA, kB, kC}, {{"a", "b"}, {"b", "c"}, {"ab", "c"}}), ElementsAre(kAbc));
  EXPECT_THAT(Merged({kA, kB, kC}, {{"b", "c"}, {"a", "b"}, {"ab", "c"}}), ElementsAre(kA, kBc));
}

TEST(BytePairMergesTest, OfEqualPairsTheLeftmostGoesFirst) {
  EXPECT_THAT(Merged({kA, kA, kA}, {{"a", "a"}}), ElementsAre(kAa, kA));
  EXPECT_THAT(Merged({kA, kA, kA, kB}, {{"a", "a"}, {"a", "b"}, {"aa", "ab"}}), ElementsAre(kAaab));
}

TEST(BytePairMergesTest, FewIdsStay) {
  EXPECT_THAT(Merged({}, {{"a", "a"}}), ElementsAre());
  EXPECT_THAT(Merged({kB}, {{"a", "a"}}), ElementsAre(kB));
  EXPECT_THAT(Merged({kB, kB}, {{"a", "a"}}), ElementsAre(kB, kB));
}

// Long words take another way than short ones: a long word of parts that "c"
// keeps from merging with each other is its parts' pieces.
TEST(BytePairMergesTest, LongWordsMergeAsShortOnes) {
  const std::vector<BytePairMerges::Pair> pairs = {{"a", "a"}, {"a", "b"}, {"aa", "ab"}};
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<int32_t> whole, wanted;
    while (whole.size() < 200) {
      std::vector<int32_t> part(random() % 20);
      for (int32_t& id : part) id = random() % 3 == 0 ? kB : kA;
      part.push_back(kC);
      whole.insert(whole.end(), part.begin(), part.end());
      const std::vector<int32_t> merged = Merged(part, pairs);
      wanted.insert(wanted.end(), merged.begin(), merged.end());
    }
    ASSERT_EQ(Merged(whole, pairs), wanted);
  }
}

TEST(BytePairMergesTest, ReadsLines) {
  auto pairs = BytePairMerges::ParseText("#version: 0.2\na b\r\n# #\n", "m");
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(*pairs, ElementsAre(Pair("a", "b"), Pair("#", "#")));
  for (const char* end : {"", "\n\n", "\n \n", "\r\n\r\n"}) {
    pairs = BytePairMerges::ParseText(std::string("a b\nc d") + end, "m");
    ASSERT_TRUE(pairs.ok()) << pairs.status();
    EXPECT_THAT(*pairs, ElementsAre(Pair("a", "b"), Pair("c", "d")));
  }
  EXPECT_THAT(*BytePairMerges::ParseText("", "m"), ElementsAre());
}

TEST(BytePairMergesTest, AWrongLineIsNamed) {
  for (const char* line : {"ab", "a b c", ""}) {
    const absl::Status status = BytePairMerges::ParseText(std::string("a b\n") + line + "\nc d\n", "m.txt").status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("m.txt: line 2: want two pieces")) << line;
  }
}

TEST(BytePairMergesTest, MergesOutsideTheVocabularyAreNamed) {
  const auto message = [](const char* left, const char* right) {
    return std::string(BytePairMerges::Create({{"a", "b"}, {left, right}}, Pieces(), "m.txt").status().message());
  };
  EXPECT_EQ(message("a", "x"), "m.txt: merge 1 (\"a\", \"x\"): want pieces of the vocabulary");
  EXPECT_EQ(message("b", "a"), "m.txt: merge 1 (\"b\", \"a\"): want the merged piece in the vocabulary");
  EXPECT_EQ(message("", "a"), "m.txt: merge 1 (\"\", \"a\"): want two pieces that are not empty");
}

}  // namespace
}  // namespace retort
