#include "plugins/data/masked_lm/masked_lm.h"

#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/batch/micro_batches.h"
#include "framework/data/masking/test_steps.h"
#include "framework/data/sequences/test_store.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::AllSequences;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LetterDocuments;
using testing::LetterTokenizer;

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kBert[] = "bert_masking { rate: 0.15 mask_share: 0.8 random_share: 0.1 }";
constexpr char kDistilbert[] = "distilbert_masking { rate: 0.15 mask_share: 0.8 random_share: 0.1 smoothing: 0.7 }";

// 60 documents of 30 letters: 120 sequences of 22 and 12 positions.
const std::shared_ptr<const SequenceSet>& Sequences() {
  static const auto* sequences = new std::shared_ptr<const SequenceSet>(AllSequences(LetterDocuments(60, 30), 22, 12));
  return *sequences;
}

absl::StatusOr<std::unique_ptr<StepSource>> Create(const std::string& data, const std::string& batch,
                                                   uint64_t seed = 1) {
  return MaskedLmSource::Create(Parse<MaskedLmDataConfig>("length: 22 min_length: 12 " + data),
                                Parse<BatchSpec>(batch + " group_by_length: true"), Sequences(), *LetterTokenizer(),
                                seed);
}

std::unique_ptr<StepSource> Make(const std::string& data, const std::string& batch, uint64_t seed = 1) {
  auto source = Create(data, batch, seed);
  EXPECT_TRUE(source.ok()) << source.status();
  return *std::move(source);
}

// The ids before masking.
std::vector<int32_t> Unmasked(const StepSequence& sequence) {
  std::vector<int32_t> ids = sequence.ids;
  for (size_t p = 0; p < ids.size(); ++p) {
    if (sequence.labels[p] != kNoLabel) ids[p] = sequence.labels[p];
  }
  return ids;
}

TEST(MaskedLmSourceTest, StepsHoldTheCorpusesSequences) {
  for (const char* masking : {kBert, kDistilbert, "no_masking {}"}) {
    const auto source = Make(masking, "sequences: 7");
    EXPECT_EQ(source->steps_per_epoch(), 17);
    std::set<int64_t> seen;
    for (int64_t step = 17; step < 34; ++step) {
      const StepBatch batch = source->Step(step);
      EXPECT_EQ(batch.epoch, 1);
      EXPECT_EQ(batch.pad_id, 0);
      for (const StepSequence& sequence : batch.sequences) {
        EXPECT_EQ(Unmasked(sequence), Sequences()->Ids(sequence.sample_id));
        EXPECT_TRUE(seen.insert(sequence.sample_id).second);
      }
    }
    EXPECT_EQ(seen.size(), 17u * 7);
  }
}

TEST(MaskedLmSourceTest, AStepIsAFunctionOfItsNumber) {
  for (const char* masking : {kBert, kDistilbert}) {
    const auto again = Make(masking, "sequences: 8 micro_batches: 4");
    testing::ExpectStepsFollowFromTheirNumbers(*Make(masking, "sequences: 8"), *again,
                                               *Make(masking, "sequences: 8", 2));
  }
}

// Order and masks that change would silently change the results of all experiments.
TEST(MaskedLmSourceTest, StepsStayAsTheyAre) {
  const auto labelled = [](const StepBatch& batch) {
    std::vector<std::vector<int>> positions;
    for (const StepSequence& sequence : batch.sequences) {
      positions.emplace_back();
      for (size_t p = 0; p < sequence.labels.size(); ++p) {
        if (sequence.labels[p] != kNoLabel) positions.back().push_back(static_cast<int>(p));
      }
    }
    return positions;
  };
  const StepBatch bert = Make(kBert, "sequences: 4")->Step(31);
  std::vector<int64_t> samples;
  for (const StepSequence& sequence : bert.sequences) samples.push_back(sequence.sample_id);
  EXPECT_THAT(samples, ElementsAre(53, 57, 73, 55));
  EXPECT_THAT(labelled(bert),
              ElementsAre(ElementsAre(2, 4, 5), ElementsAre(2, 10), ElementsAre(1, 6), ElementsAre(4, 9)));
  EXPECT_THAT(bert.sequences[0].ids, ElementsAre(2, 15, 4, 21, 4, 4, 6, 5, 6, 9, 14, 3));
  EXPECT_THAT(labelled(Make(kDistilbert, "sequences: 4")->Step(31)),
              ElementsAre(ElementsAre(6), ElementsAre(1, 3, 4, 8), ElementsAre(8, 10), ElementsAre(7)));
}

TEST(MaskedLmSourceTest, MasksChangeFromEpochToEpoch) {
  const auto source = Make(kBert, "sequences: 120");
  std::vector<std::vector<int32_t>> labels(120);
  for (const StepSequence& sequence : source->Step(0).sequences) labels[sequence.sample_id] = sequence.labels;
  int same = 0;
  for (const StepSequence& sequence : source->Step(1).sequences) {
    same += labels[sequence.sample_id] == sequence.labels;
  }
  EXPECT_LT(same, 20);
}

TEST(MaskedLmSourceTest, NoMaskingLeavesCleanText) {
  const StepBatch batch = Make("no_masking {}", "sequences: 16")->Step(5);
  EXPECT_EQ(batch.Masks(0, 16).Rows(RowSet::kLabelled), 0);
}

TEST(MaskedLmSourceTest, ScopeOfTheMasksIsStepOrMicroBatch) {
  const auto step = Make(kDistilbert, "sequences: 10 micro_batches: 3")->Step(2);
  EXPECT_EQ(step.Masks(0, 10).Rows(RowSet::kLabelled), std::ceil(0.15 * step.tokens()));
  const auto slices =
      Make(std::string("mask_scope: MICRO_BATCH ") + kDistilbert, "sequences: 10 micro_batches: 3")->Step(2);
  for (const SequenceRange& range : MicroBatches(10, 3)) {
    const BatchMasks masks = slices.Masks(range.begin, range.end);
    EXPECT_EQ(masks.Rows(RowSet::kLabelled), std::ceil(0.15 * masks.Rows(RowSet::kReal)));
  }
}

TEST(MaskedLmSourceTest, ShapesAreThoseOfTheSteps) {
  for (const char* masking : {kBert, kDistilbert, "no_masking {}"}) {
    const auto source = Make(masking, "tokens: 100");
    testing::ExpectShapesAreThoseOfTheSteps(*source);
    double tokens = 0;
    for (int64_t step = 0; step < source->steps_per_epoch(); ++step) {
      const StepShape shape = source->Shape(step);
      EXPECT_LE(shape.sequences * shape.positions, 100);
      tokens += static_cast<double>(shape.tokens);
    }
    EXPECT_NEAR(static_cast<double>(MeanStep(*source).tokens), tokens / static_cast<double>(source->steps_per_epoch()),
                1);
  }
}

TEST(MaskedLmSourceTest, BudgetsBecomeSteps) {
  const auto source = Make(kBert, "sequences: 7");
  int64_t seen = 0;
  for (int64_t step = 0; step < source->steps_per_epoch(); ++step) {
    EXPECT_EQ(*StepsForTokens(*source, seen + 1), step + 1);
    seen += source->Step(step).tokens();
    EXPECT_EQ(*StepsForTokens(*source, seen), step + 1);
  }
  // Further epochs count as the first one.
  EXPECT_EQ(*StepsForTokens(*source, 3 * seen), 51);
  EXPECT_EQ(*StepsForTokens(*source, 3 * seen + 1), 52);
  EXPECT_THAT(StepsForTokens(*source, std::numeric_limits<int64_t>::max()).status().ToString(),
              HasSubstr("budget.tokens: want > 0, of at most 1000000000 steps in all, got 9223372036854775807 tokens"));
  EXPECT_EQ(*StepsForEpochs(*source, 2), 34);
  EXPECT_EQ(*StepsForEpochs(*source, 0.1), 2);
  EXPECT_THAT(StepsForTokens(*source, 0).status().ToString(), HasSubstr("budget.tokens: want > 0, got 0"));
  for (const double epochs : {0.0, -1.0, std::nan(""), 1e300}) EXPECT_FALSE(StepsForEpochs(*source, epochs).ok());
}

TEST(MaskedLmSourceTest, BatchesThatDoNotFitAreErrors) {
  EXPECT_THAT(Create(kBert, "sequences: 121").status().ToString(), HasSubstr("batch.sequences: want at most the 120"));
  EXPECT_THAT(Create(kBert, "tokens: 21").status().ToString(), HasSubstr("batch.tokens: want at least"));
  EXPECT_THAT(Create(kBert, "").status().ToString(), HasSubstr("batch: want sequences or tokens > 0"));
}

TEST(MaskedLmDataTest, DefaultsAreBertsMasking) {
  MaskedLmDataConfig config;
  MaskedLmData::FillDefaults(&config);
  EXPECT_EQ(config.length(), 128);
  EXPECT_EQ(config.min_length(), 12);
  EXPECT_EQ(config.bert_masking().rate(), 0.15);
  EXPECT_EQ(config.bert_masking().mask_share(), 0.8);
}

TEST(MaskedLmDataTest, WhatCannotBeIsSaidWithItsPlace) {
  auto config = Parse<MaskedLmDataConfig>("length: 2 min_length: 5 distilbert_masking { rate: 1.5 smoothing: -1 }");
  MaskedLmData::FillDefaults(&config);
  Problems problems;
  MaskedLmData::Check("data: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "data: corpus: want a corpus folder, got none\n"
            "data: length: want >= 3 ([CLS], a token, [SEP]), got 2\n"
            "data: min_length: want 0 to length (2), got 5\n"
            "data: distilbert_masking: rate: want > 0 and <= 1, got 1.5\n"
            "data: distilbert_masking: smoothing: want a finite number >= 0, got -1");
}

}  // namespace
}  // namespace retort
