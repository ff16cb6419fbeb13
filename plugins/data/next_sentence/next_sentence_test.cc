#include "plugins/data/next_sentence/next_sentence.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "framework/data/masking/test_steps.h"
#include "framework/data/pairs/test_lines.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LetterTokenizer;
using testing::OneLetterDocuments;

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Pairs of at most 24 positions of 20 documents of 60 lines.
const std::string& Folder() {
  static const auto* const folder = new std::string(testing::WriteLineCorpus(OneLetterDocuments(20, 60)));
  return *folder;
}

absl::StatusOr<std::unique_ptr<StepSource>> Open(const std::string& corpus, const std::string& data,
                                                 const std::string& batch, uint64_t seed = 1) {
  auto config = Parse<NextSentenceDataConfig>("length: 24 " + data);
  config.set_corpus(corpus);
  NextSentenceData::FillDefaults(&config);
  DataCache cache(corpus + "/tokens", /*threads=*/1);
  return NextSentenceData(config).Open({*LetterTokenizer(), Parse<BatchSpec>(batch), seed, &cache});
}

std::unique_ptr<StepSource> Make(const std::string& data, const std::string& batch, uint64_t seed = 1) {
  auto source = Open(Folder(), data, batch, seed);
  EXPECT_THAT(source, IsOk());
  return *std::move(source);
}

TEST(NextSentenceSource, AStepIsAFunctionOfItsNumber) {
  for (const char* masking : {"", "distilbert_masking {}", "no_masking {}"}) {
    const auto again = Make(masking, "sequences: 8 micro_batches: 4");
    testing::ExpectStepsFollowFromTheirNumbers(*Make(masking, "sequences: 8"), *again,
                                               *Make(masking, "sequences: 8", 2));
  }
}

TEST(NextSentenceSource, EveryPairStandsInAnEpochWithAClass) {
  const auto source = Make("", "sequences: 8");
  std::set<int64_t> seen, classes;
  for (int64_t step = 0; step < source->steps_per_epoch(); ++step) {
    for (const StepSequence& sequence : source->Step(step).sequences) {
      EXPECT_TRUE(seen.insert(sequence.sample_id).second);
      classes.insert(sequence.class_label);
    }
  }
  EXPECT_THAT(classes, ElementsAre(0, 1));
}

TEST(NextSentenceSource, MasksAndShapesAreThoseOfTheSteps) {
  for (const char* masking : {"", "distilbert_masking {}", "no_masking {}"}) {
    const auto source = Make(masking, "tokens: 480");
    EXPECT_EQ(source->Shape(0).sequences, 20) << "of the longest pairs";
    testing::ExpectShapesAreThoseOfTheSteps(*source);
  }
}

TEST(NextSentenceData, GivesItsStudentsTwoHeads) {
  NextSentenceDataConfig config;
  NextSentenceData::FillDefaults(&config);
  EXPECT_EQ(config.length(), 128);
  EXPECT_EQ(config.short_share(), 0.1);
  EXPECT_EQ(config.bert_masking().rate(), 0.15);
  const NextSentenceData data(config);
  EXPECT_EQ(data.needs().heads, (std::set<HeadKind>{HeadKind::kVocabulary, HeadKind::kClasses}));
  EXPECT_EQ(data.needs().longest_sequence, 128);
  EXPECT_THAT(*data.Classes(nullptr), ElementsAre("IsNext", "NotNext"));
}

TEST(NextSentenceData, WhatCannotBeIsSaidWithItsPlace) {
  auto config = Parse<NextSentenceDataConfig>("length: 4 short_share: 2 bert_masking { rate: 0 }");
  NextSentenceData::FillDefaults(&config);
  Problems problems;
  NextSentenceData::Check("data: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: corpus: want a corpus folder, got none\n"
            "data: length: want >= 5 ([CLS], a token, [SEP], a token, [SEP]), got 4\n"
            "data: short_share: want a number from 0 to 1, got 2\n"
            "data: bert_masking: rate: want > 0 and <= 1, got 0");
}

TEST(NextSentenceData, OneDocumentHasNoOther) {
  EXPECT_THAT(Open(testing::WriteLineCorpus({"a b\nc d"}), "", "sequences: 1").status(),
              IsInvalidArgument("want at least 2 documents"));
  EXPECT_THAT(Open(Folder(), "", "sequences: 100000").status(), IsInvalidArgument("batch.sequences: want at most the"));
}

}  // namespace
}  // namespace retort
