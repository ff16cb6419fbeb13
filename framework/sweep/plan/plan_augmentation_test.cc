#include "framework/sweep/plan/plan_augmentation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Plans of experiments that augment.

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;

constexpr char kData[] =
    R"(data { table { train: "$/train.tsv" report: "$/report.tsv" text: "text" label: "label" length: 24 } })";

// `augmentation` stands inside the message, `training` in the stage that is trained on it.
std::string Stages(const std::string& augmentation = "", const std::string& training = "augmented: '@more'",
                   const std::string& data = kData) {
  return absl::StrCat("stage { name: 'more' ", data, " augmentation { copies: 3 ", augmentation,
                      " } } stage { name: 'tune' from: 'INIT' ", kData,
                      " batch { sequences: 4 group_by_length: false } budget { epochs: 2 }"
                      " loss { name: 'gold' hard_labels {} } adamw { learning_rate: 1e-3 } ",
                      training, " }");
}

class PlanAugmentationTest : public ::testing::Test {
 protected:
  PlanAugmentationTest() {
    WriteTable("train.tsv", 40);
    WriteTable("report.tsv", 8);
    EXPECT_THAT(AtomicWriteFile(sweep_.folder() + "/vectors.txt", "ab 1 0\nac 0.9 0.1\nzz 0 1\n"), IsOk());
  }

  void WriteTable(const std::string& name, int rows) {
    std::string text = "text\tlabel\n";
    for (int row = 0; row < rows; ++row) {
      const char letter = static_cast<char>('b' + row % 20);
      absl::StrAppend(&text, std::string(1, letter), " ab ", std::string(1 + row / 20, 'x'), "\t", row % 2, "\n");
    }
    EXPECT_THAT(AtomicWriteFile(absl::StrCat(sweep_.folder(), "/", name), text), IsOk());
  }

  absl::StatusOr<Plan> Make(const std::string& stages, const std::string& more = "") {
    return sweep_.Make(sweep_.Text("controls: NONE " + more, stages));
  }

  testing::TestSweep sweep_;
};

const PlannedStage& At(const Plan& plan, const std::string& stage, uint64_t seed = 1) {
  return plan.stages[plan.Find("base", seed, stage)];
}

TEST_F(PlanAugmentationTest, TheTeacherAugmentsUnlessAnotherModelIsNamed) {
  const Plan plan = *Make(Stages());
  const PlannedStage& more = At(plan, "more");
  ASSERT_TRUE(more.augments());
  EXPECT_EQ(more.stage.augmentation().model(), sweep_.teacher());
  EXPECT_EQ(2 * more.augmentation().examples->examples.size(),
            static_cast<size_t>(At(plan, "tune").training().total_steps))
      << "two epochs of four times as many examples, in steps of four";
  EXPECT_GT(more.augmentation().flops, 0);
}

TEST_F(PlanAugmentationTest, WordsThatNoCopyReplacesCostNothing) {
  const auto flops = [&](const char* options) {
    const std::string stages = absl::StrReplaceAll(Stages(), {{"copies: 3", options}});
    return At(*Make(stages), "more").augmentation().flops;
  };
  const double all = flops("copies: 1 probability: 1");
  EXPECT_DOUBLE_EQ(flops("copies: 1 probability: 0.25"), 0.25 * all);
  EXPECT_DOUBLE_EQ(flops("copies: 2 probability: 0.25"), (1 - 0.75 * 0.75) * all);
  EXPECT_EQ(flops("copies: 2 probability: 0"), 0);
}

TEST_F(PlanAugmentationTest, SeedsOfTheSweepShareIt) {
  const Plan plan = *Make(Stages(), "seeds: [1, 2]");
  EXPECT_EQ(plan.Find("base", 1, "more"), plan.Find("base", 2, "more"));
  EXPECT_EQ(At(plan, "tune", 1).augmented, plan.Find("base", 1, "more"));
  EXPECT_NE(At(plan, "tune", 1).key, At(plan, "tune", 2).key);
}

TEST_F(PlanAugmentationTest, KeysFollowWhatSentencesFollowFrom) {
  const std::string key = At(*Make(Stages()), "more").key, tune = At(*Make(Stages()), "tune").key;
  const auto differs = [&](const Plan& plan) {
    EXPECT_NE(At(plan, "tune").key, tune);
    return At(plan, "more").key != key;
  };
  for (const char* other :
       {"probability: 0.5", "candidates: 3", "seed: 2", "distinct: true", "word_vectors: '$/vectors.txt'"}) {
    EXPECT_TRUE(differs(*Make(Stages(other)))) << other;
  }
  const std::string renamed = absl::StrReplaceAll(Stages(), {{"'more'", "'others'"}, {"@more", "@others"}});
  EXPECT_EQ(At(*Make(renamed), "tune").key, tune) << "names are in no key";
  testing::WriteTinyTeacher(sweep_.folder() + "/same");
  EXPECT_EQ(At(*Make(Stages("model: '$/same'")), "more").key, key) << "nor are paths";
}

TEST_F(PlanAugmentationTest, WhatTrainsOnItWaitsForIt) {
  const Plan plan = *Make(Stages());
  const int more = plan.Find("base", 1, "more"), tune = plan.Find("base", 1, "tune");
  EXPECT_EQ(NextAugmentation(plan, {}, {}), more);
  EXPECT_EQ(NextAugmentation(plan, {more}, {}), -1);
  EXPECT_FALSE(SourcesAreDone(plan.stages[tune], {}));
  EXPECT_TRUE(SourcesAreDone(plan.stages[tune], {more}));
  const int distil = plan.Find("base", 1, "distil");
  EXPECT_THAT(Cohorts(plan, {}, {}), ElementsAre(ElementsAre(distil), ElementsAre(tune)));
  EXPECT_THAT(Cohorts(plan, {}, {more}), SizeIs(1)) << "another process works on it";
}

TEST_F(PlanAugmentationTest, EpochsOfDistinctCopiesAreWarnedOfOnce) {
  const std::string more =
      "seeds: [1, 2] variant { name: 'v' overlay { stage { name: 'tune' budget { epochs: 3 } } } }";
  EXPECT_THAT(Make(Stages("distinct: true"), more)->warnings,
              ::testing::Contains(::testing::HasSubstr("count copies + 1 examples of each text")).Times(1));
  const auto none = ::testing::Not(::testing::Contains(::testing::HasSubstr("copies + 1")));
  EXPECT_THAT(Make(Stages())->warnings, none);
  const std::string steps = absl::StrReplaceAll(Stages("distinct: true"), {{"epochs: 2", "steps: 2"}});
  EXPECT_THAT(Make(steps)->warnings, none);
}

TEST_F(PlanAugmentationTest, WhatCannotBeIsRefused) {
  WriteTable("other.tsv", 20);
  const std::string other = absl::StrReplaceAll(kData, {{"train.tsv", "other.tsv"}});
  EXPECT_THAT(
      Make(Stages("", "augmented: '@more'", other)),
      IsInvalidArgument("variant \"base\": stage \"tune\": augmented: want an augmentation of the examples that "
                        "the stage's own data trains on, got \"@more\" of other examples; give both stages "
                        "the same data"));
  const std::string text = "data { masked_lm { corpus: '$/corpus' length: 24 } }";
  EXPECT_THAT(Make(Stages("", "", text)),
              IsInvalidArgument(absl::StrCat("variant \"base\": stage \"more\": data: want data of texts with labels, "
                                             "which can be augmented, got corpus (",
                                             sweep_.corpus(), ")")));
  EXPECT_THAT(AtomicWriteFile(sweep_.folder() + "/wide.txt", "ab 1 0\nac 0.9\nad 1 0\n"), IsOk());
  EXPECT_THAT(Make(Stages("word_vectors: '$/wide.txt'")),
              IsInvalidArgument(absl::StrCat("variant \"base\": stage \"more\": augmentation: word_vectors: ",
                                             sweep_.folder(), "/wide.txt:2: want a word and 2 numbers, got 2 fields")));
  EXPECT_THAT(Make(Stages("word_vectors: '$/wide.txt' words: 1")), IsOk()) << "more of it is not read";
  EXPECT_THAT(
      Make(absl::StrReplaceAll(Stages(), {{"copies: 3", "copies: 10001"}})),
      IsInvalidArgument("variant \"base\": stage \"more\": augmentation: copies: want at most 10000, got 10001"));
  testing::WriteTinyGpt2(sweep_.folder() + "/gpt2");
  EXPECT_EQ(Make(Stages("model: '$/gpt2'")).status().code(), absl::StatusCode::kInvalidArgument);
}

// Nobody wrote an evaluation, and nothing is trained that one could measure.
TEST_F(PlanAugmentationTest, AugmentationAloneIsNotEvaluated) {
  const std::string stage = absl::StrCat("stage { name: 'more' ", kData, " augmentation { copies: 3 } }");
  const std::string text = absl::StrReplaceAll(
      absl::StrCat("name: 'alone' experiment { teacher { checkpoint: '$/teacher' } ", stage, " } controls: NONE"),
      {{"$", sweep_.folder()}});
  const auto plan = sweep_.Make(text);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->stages, SizeIs(1));
  EXPECT_EQ(plan->sweep.report.primary_metric(), "");
}

// Neither a task's evaluation nor an average over tasks is there by itself.
TEST_F(PlanAugmentationTest, TasksOfAugmentationAloneAreNotEvaluated) {
  const std::string stage = absl::StrCat("stage { name: 'more' ", kData, " augmentation { copies: 3 } }");
  const std::string text = absl::StrReplaceAll(
      absl::StrCat(
          "name: 'alone' experiment { teacher { checkpoint: '$/teacher' } for_each { task { name: 'a' } task { "
          "name: 'b' overlay { stage { name: 'more' augmentation { copies: 2 } } } } ",
          stage, " } } controls: NONE"),
      {{"$", sweep_.folder()}});
  const auto plan = sweep_.Make(text);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->stages, SizeIs(2));
  EXPECT_THAT(plan->macros, SizeIs(0));
}

}  // namespace
}  // namespace retort
