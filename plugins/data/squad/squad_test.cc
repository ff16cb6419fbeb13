#include "plugins/data/squad/squad.h"

#include <memory>
#include <set>
#include <string>

#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

SquadDataConfig Filled(SquadDataConfig config) {
  SquadPlugin::FillDefaults(&config);
  return config;
}

SquadDataConfig Example() {
  SquadDataConfig config;
  config.set_train("plugins/data/squad/example/train.json");
  config.set_report(config.train());
  config.set_select(config.train());
  return Filled(config);
}

std::string ErrorsOf(const SquadDataConfig& config) {
  Problems problems;
  SquadPlugin::Check("data: ", config, &problems);
  return std::string(problems.ToStatus().message());
}

TEST(SquadPlugin, Defaults) {
  const SquadDataConfig config = Example();
  EXPECT_EQ(config.length(), 384);
  EXPECT_EQ(config.stride(), 128);
  EXPECT_EQ(config.question_length(), 64);
  EXPECT_TRUE(config.has_examples());
  EXPECT_TRUE(config.has_impossible());
  EXPECT_EQ(ErrorsOf(config), "");
  EXPECT_EQ(SquadPlugin::Evaluation(config), "spans");
}

TEST(SquadPlugin, SaysAllThatCannotBe) {
  SquadDataConfig config;
  config.set_length(70);
  config.set_stride(-1);
  config.set_examples(-1);
  EXPECT_EQ(ErrorsOf(Filled(config)),
            "data: train: want a file to train on, got none\n"
            "data: length: want >= question_length + 8, got 70\n"
            "data: stride: want >= 1, got -1\n"
            "data: examples: want >= 0 (0: all), got -1");
}

TEST(SquadPlugin, IsTrainedOnBySpans) {
  const auto data = SquadPlugin::Create(Example(), {});
  ASSERT_THAT(data, IsOk());
  EXPECT_EQ((*data)->Description(), "SQuAD (plugins/data/squad/example/train.json)");
  EXPECT_EQ((*data)->needs().heads, std::set<HeadKind>{HeadKind::kSpans});
  EXPECT_EQ((*data)->needs().longest_sequence, 384);
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  BatchSpec batch;
  batch.set_sequences(8);
  const auto source = (*data)->Open({*testing::LetterTokenizer(), batch, /*data_seed=*/1, &cache});
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->steps_per_epoch(), 1);
  for (const StepSequence& sequence : (*source)->Step(0).sequences) {
    EXPECT_GT(sequence.span.first, 0);
    EXPECT_GE(sequence.span.last, sequence.span.first);
  }
}

}  // namespace
}  // namespace retort
