#include "plugins/evaluation/next_sentence/next_sentence.h"

#include <memory>
#include <string>

#include "framework/base/problems.h"
#include "framework/data/data_cache.h"
#include "framework/data/pairs/test_lines.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/evaluation_conformance.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "plugins/data/next_sentence/next_sentence.pb.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::LetterTokenizer;

NextSentenceEvaluationConfig Config(int sequences = 16) {
  NextSentenceEvaluationConfig config;
  config.set_corpus(testing::WriteLineCorpus(testing::OneLetterDocuments(10, 30)));
  config.set_length(24);
  config.set_split("train");
  config.set_sequences(sequences);
  NextSentenceEvaluation::FillDefaults(nullptr, &config);
  return config;
}

absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const NextSentenceEvaluationConfig& config) {
  DataCache cache(config.corpus() + "/tokens", /*threads=*/1);
  return NextSentenceEvaluation(config).Open({*LetterTokenizer(), &cache});
}

TEST(NextSentenceEvaluation, WhatItDoesNotSayIsAsInTheDataEvaluated) {
  NextSentenceDataConfig data;
  data.set_corpus("text");
  data.set_length(64);
  NextSentenceEvaluationConfig config;
  NextSentenceEvaluation::FillDefaults(&data, &config);
  EXPECT_EQ(config.corpus(), "text");
  EXPECT_EQ(config.length(), 64);
  EXPECT_EQ(config.split(), "report");
  EXPECT_EQ(config.sequences(), 512);
  EXPECT_TRUE(config.has_pair_seed());
}

TEST(NextSentenceEvaluation, WhatCannotBeIsSaidWithItsPlace) {
  NextSentenceEvaluationConfig config;
  config.set_length(4);
  config.set_split("all");
  config.set_sequences(0);
  Problems problems;
  NextSentenceEvaluation::Check("evaluation: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "evaluation: corpus: want a corpus folder, got none\n"
            "evaluation: length: want >= 5 ([CLS], a token, [SEP], a token, [SEP]), got 4\n"
            "evaluation: split: want train, select or report, got \"all\"\n"
            "evaluation: sequences: want > 0, got 0");
  EXPECT_THAT(Open(Config(/*sequences=*/100000)).status(), IsInvalidArgument("sequences: want at most the "));
}

TEST(NextSentenceEvaluation, KeepsTheContractsOfEvaluations) {
  const NextSentenceEvaluationConfig config = Config();
  EXPECT_THAT(testing::CheckEvaluator(NextSentenceEvaluation(config), *LetterTokenizer(), config.corpus() + "/tokens"),
              IsOk());
}

TEST(NextSentenceEvaluation, ExamplesAreNamedByContentAndSeed) {
  NextSentenceEvaluationConfig config = Config();
  const std::string key = (*Open(config))->Key();
  EXPECT_EQ((*Open(config))->Key(), key);
  config.set_pair_seed(1);
  EXPECT_NE((*Open(config))->Key(), key);
}

}  // namespace
}  // namespace retort
