#include "framework/data/pairs/sentence_pairs.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "framework/data/pairs/test_lines.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::LetterTokenizer;
using testing::LinesOf;
using testing::OneLetterDocuments;

constexpr int32_t kSep = 3, kA = 5;

absl::StatusOr<std::shared_ptr<const SentencePairs>> Create(const std::vector<std::string>& documents, int64_t length,
                                                            double short_share = 0, uint64_t seed = 1) {
  return SentencePairs::Create(LinesOf(documents), {length, short_share, seed}, *LetterTokenizer());
}

std::shared_ptr<const SentencePairs> Make(const std::vector<std::string>& documents, int64_t length,
                                          double short_share = 0, uint64_t seed = 1) {
  auto pairs = Create(documents, length, short_share, seed);
  EXPECT_THAT(pairs, testing::IsOk());
  return *std::move(pairs);
}

StepSequence Read(const SentencePairs& pairs, int64_t epoch, int64_t pair) {
  return pairs.Read(epoch, {pair}).sequences.front();
}

// Its letters without [CLS], [SEP] as "|", and the class: "ab|cd| 0".
std::string Text(const StepSequence& sequence) {
  std::string text;
  for (size_t i = 1; i < sequence.ids.size(); ++i) {
    text += sequence.ids[i] == kSep ? '|' : static_cast<char>('a' + sequence.ids[i] - kA);
  }
  return text + " " + std::to_string(sequence.class_label);
}

std::set<std::string> TextsOf(const SentencePairs& pairs, int64_t pair) {
  std::set<std::string> texts;
  for (int64_t epoch = 0; epoch < 600; ++epoch) texts.insert(Text(Read(pairs, epoch, pair)));
  return texts;
}

// Four ids fit into 7 positions: the first document is packed as "ab" "cd" and "efg", the second as "xyz" "w". A text
// that follows has the rest of its pack; one at random begins with any line of the other document and has the ids that
// are missing from 4, or one line. Of "efg" and "xyz" two ids each stay, from the front or from the end.
TEST(SentencePairs, AreWhatBertsScriptMakes) {
  const auto pairs = Make({"a b\nc d\ne f g", "x y z\nw"}, 7);
  ASSERT_EQ(pairs->size(), 3);
  EXPECT_EQ(TextsOf(*pairs, 0), (std::set<std::string>{"ab|cd| 0", "ab|xy| 1", "ab|yz| 1", "ab|w| 1"}));
  EXPECT_EQ(TextsOf(*pairs, 1), (std::set<std::string>{"ef|xy| 1", "ef|yz| 1", "fg|xy| 1", "fg|yz| 1", "efg|w| 1"}));
  EXPECT_EQ(TextsOf(*pairs, 2), (std::set<std::string>{"xyz|w| 0", "xy|ab| 1", "yz|ab| 1", "xy|cd| 1", "yz|cd| 1",
                                                       "xy|ef| 1", "xy|fg| 1", "yz|ef| 1", "yz|fg| 1"}));
}

TEST(SentencePairs, HaveTokenTypesAndNoLabelsOfPositions) {
  const auto pairs = Make({"a b\nc d", "x"}, 8);
  int64_t epoch = 0;
  while (Read(*pairs, epoch, 0).class_label != 0) ++epoch;
  const StepBatch step = pairs->Read(epoch, {0});
  EXPECT_EQ(step.epoch, epoch);
  EXPECT_EQ(step.pad_id, 0);
  const StepSequence& sequence = step.sequences.front();
  EXPECT_THAT(sequence.ids, ElementsAre(2, kA, kA + 1, kSep, kA + 2, kA + 3, kSep));
  EXPECT_THAT(sequence.token_types, ElementsAre(0, 0, 0, 0, 1, 1, 1));
  EXPECT_EQ(std::count(sequence.labels.begin(), sequence.labels.end(), kNoLabel), 7);
}

// A is cut where any line may be the last of it.
TEST(SentencePairs, BeginTheSecondTextAtAnyLine) {
  std::set<std::string> next;
  for (const std::string& text : TextsOf(*Make({"a\nb\nc\nd", "x"}, 10), 0)) {
    if (text.back() == '0') next.insert(text);
  }
  EXPECT_EQ(next, (std::set<std::string>{"a|bcd| 0", "ab|cd| 0", "abc|d| 0"}));
}

TEST(SentencePairs, HalfOfThemFollow) {
  const auto pairs = Make(OneLetterDocuments(20, 60), 35);
  int64_t next = 0, all = 0;
  std::set<int32_t> others;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    for (int64_t pair = 0; pair < pairs->size(); ++pair, ++all) {
      const StepSequence sequence = Read(*pairs, epoch, pair);
      const int32_t first = sequence.ids[1], second = *(sequence.ids.end() - 2);
      EXPECT_EQ(first == second, sequence.class_label == 0) << "the letter tells the document";
      next += sequence.class_label == 0 ? 1 : 0;
      if (first == kA) others.insert(second);
    }
  }
  EXPECT_NEAR(static_cast<double>(next) / static_cast<double>(all), 0.5, 0.04);
  EXPECT_EQ(others.size(), 20u) << "any document, and itself where the text follows";
}

TEST(SentencePairs, AreFunctionsOfSeedEpochAndNumber) {
  const std::vector<std::string> documents = OneLetterDocuments(6, 40);
  const auto pairs = Make(documents, 20), again = Make(documents, 20), other = Make(documents, 20, 0, /*seed=*/2);
  int64_t by_epoch = 0, by_seed = 0;
  for (int64_t pair = pairs->size() - 1; pair >= 0; --pair) {
    const std::string text = Text(Read(*pairs, 3, pair));
    EXPECT_EQ(Text(Read(*again, 3, pair)), text);
    EXPECT_EQ(Text(pairs->Read(3, {0, pair}).sequences[1]), text);
    by_epoch += Text(Read(*pairs, 4, pair)) == text ? 1 : 0;
    by_seed += Text(Read(*other, 3, pair)) == text ? 1 : 0;
  }
  EXPECT_LT(by_epoch, pairs->size() / 2);
  EXPECT_LT(by_seed, pairs->size() / 2);
  EXPECT_EQ(pairs->content_hash(), again->content_hash());
}

TEST(SentencePairs, LengthsAreKnownWithoutIds) {
  for (const double short_share : {0.0, 0.1, 1.0}) {
    const auto pairs = Make(OneLetterDocuments(5, 50), 24, short_share);
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      for (int64_t pair = 0; pair < pairs->size(); ++pair) {
        const int64_t length = pairs->Length(epoch, pair);
        EXPECT_EQ(static_cast<int64_t>(Read(*pairs, epoch, pair).ids.size()), length);
        EXPECT_LE(length, 24);
        EXPECT_GE(length, pairs->specials() + 2);
      }
    }
  }
}

TEST(SentencePairs, AShareIsShort) {
  const std::vector<std::string> documents = OneLetterDocuments(20, 200);
  const auto none = Make(documents, 64), some = Make(documents, 64, 0.1), all = Make(documents, 64, 1);
  EXPECT_GT(some->size(), none->size());
  EXPECT_GT(all->size(), some->size());
}

TEST(SentencePairs, WhatCannotBePairedIsSaid) {
  EXPECT_THAT(Create({"a b\nc d"}, 8).status(),
              IsInvalidArgument("split train: want at least 2 documents, so that a text can be followed by one of "
                                "another, got 1; documents are parted by blank lines unless "));
  EXPECT_THAT(
      Create({"a b", "c d"}, 8).status(),
      IsInvalidArgument("split train: want documents of several lines, one of which follows the other, got 2 of "
                        "one line each; documents are parted by blank lines unless "));
  EXPECT_THAT(Create({"a\nb", "c"}, 4).status(),
              IsInvalidArgument("length: want at least 5 (the special ids and an id of each text), got 4"));
}

}  // namespace
}  // namespace retort
