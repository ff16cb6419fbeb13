// What variants and seeds share, and which of them are planned.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Users;

class PlanVariantsTest : public testing::PlanTest {};

TEST_F(PlanVariantsTest, ComputesWhatVariantsShareOnce) {
  const Plan plan = MakeText(sweep_.Text(
      R"(controls: NONE
         variant { name: "other" overlay { stage { name: "second" adamw { learning_rate: 5e-4 } } } })",
      absl::StrCat(testing::StageText("second"), "stage { name: 'final' evaluation { masked_lm { sequences: 8 } } }")));
  EXPECT_THAT(Users(At(plan, "other", "distil")), ElementsAre("base/1/distil", "other/1/distil"));
  EXPECT_THAT(Users(At(plan, "other", "evaluate")), ElementsAre("base/1/evaluate", "other/1/evaluate"));
  EXPECT_THAT(Users(At(plan, "other", "second")), ElementsAre("other/1/second"));
  EXPECT_THAT(Users(At(plan, "other", "final")), ElementsAre("other/1/final"));
  EXPECT_EQ(At(plan, "other", "second").student, plan.Find("base", 1, "distil"));
  EXPECT_EQ(At(plan, "other", "final").student, plan.Find("other", 1, "second"));
  EXPECT_EQ(plan.stages.size(), 6u);
  EXPECT_THAT(plan.warnings, IsEmpty()) << "what they share is a part";
}

TEST_F(PlanVariantsTest, WarnsOfVariantsThatAreTheSame) {
  const Plan plan = Make(R"(
      controls: NONE
      seeds: [1, 2]
      variant { name: "twin" overlay { stage { name: "distil" loss { name: "ce" weight: 5 } } } }
      variant { name: "third" overlay { } }
      variant { name: "more" overlay { stage { name: "distil" loss { name: "ce" weight: 6 } } } })");
  EXPECT_EQ(plan.stages.size(), 8u);
  EXPECT_THAT(plan.warnings, ElementsAre("variants \"base\" and \"twin\" resolve to the same experiment",
                                         "variants \"base\" and \"third\" resolve to the same experiment"));
}

TEST_F(PlanVariantsTest, WarnsOfStagesThatTrainWhatIsNotMeasured) {
  const std::string more = absl::StrCat("{ ", testing::StageText("more"), " }");
  const Plan behind = Make(absl::StrCat("controls: NONE seeds: [1, 2] variant { name: 'one' overlay ", more,
                                        " } variant { name: 'two' overlay { stage { name: 'distil' clip_norm: 1 } ",
                                        testing::StageText("more"), " } }"));
  EXPECT_THAT(behind.warnings,
              ElementsAre("variants \"one\", \"two\": stage \"more\": it trains what no evaluation measures; put it "
                          "before \"evaluate\", or give \"evaluate\" from: \"@more\""));
  const Plan evaluated = MakeText(sweep_.Text(
      "controls: NONE", testing::StageText("more") + "stage { name: 'last' from: '@distil' evaluation { masked_lm { "
                                                     "sequences: 8 } } }"));
  EXPECT_THAT(evaluated.warnings,
              ElementsAre("variant \"base\": stage \"more\": it trains what no evaluation measures; give \"last\" "
                          "from: \"@more\""));
}

// A teacher is measured by its student.
TEST_F(PlanVariantsTest, DoesNotWarnOfWhatOthersRead) {
  const std::string score = "stage { name: 'score' evaluation { masked_lm { sequences: 8 } } }";
  const std::string teacher = testing::StageText("tutor", "from: 'TEACHER' loss { name: 'mlm' masked_lm {} }");
  const std::string taught =
      testing::StageText("taught", "teacher: '@tutor' loss { name: 'kd' soft_targets { temperature: 2 } }");
  EXPECT_THAT(MakeText(sweep_.Text("controls: NONE", teacher + taught + score)).warnings, IsEmpty());
  EXPECT_THAT(MakeText(sweep_.Text("controls: NONE", testing::StageText("general") + testing::StageText("own") + score))
                  .warnings,
              IsEmpty());
}

// An overlay that gives a stage anew trains it where it stood.
TEST_F(PlanVariantsTest, AStageGivenAnewStaysBeforeItsEvaluation) {
  const Plan plan = Make(absl::StrCat("controls: NONE variant { name: 'anew' overlay { remove: 'distil' ",
                                      testing::StageText("distil"), " } }"));
  EXPECT_EQ(At(plan, "anew", "evaluate").student, plan.Find("anew", 1, "distil"));
  EXPECT_THAT(plan.warnings, IsEmpty());
}

TEST_F(PlanVariantsTest, SeedsShareDataIfAsked) {
  const Plan apart = Make(R"(seeds: [3, 4])");
  EXPECT_EQ(apart.stages.size(), 12u);
  EXPECT_NE(At(apart, "base", "distil", 3).training().cohort, At(apart, "base", "distil", 4).training().cohort);
  EXPECT_EQ(At(apart, "base", "distil", 4).data_seed, 4u);
  const Plan shared = Make(R"(seeds: [3, 4] share_data_across_seeds: true)");
  EXPECT_EQ(shared.stages.size(), 12u);
  EXPECT_EQ(At(shared, "base", "distil", 3).training().cohort, At(shared, "base", "distil", 4).training().cohort);
  EXPECT_EQ(At(shared, "base", "distil", 4).seed, 4u);
  EXPECT_EQ(At(shared, "base", "distil", 4).data_seed, 3u);
  EXPECT_NE(At(shared, "base", "distil", 3).key, At(shared, "base", "distil", 4).key);
  EXPECT_EQ(At(apart, "base", "distil", 3).key, At(shared, "base", "distil", 3).key);
}

TEST_F(PlanVariantsTest, AStageWithASeedIsComputedOnceForAllSeeds) {
  const std::string scored = "stage { name: 'score' evaluation { masked_lm { sequences: 8 } } }";
  const Plan plan = MakeText(sweep_.Text("controls: NONE seeds: [3, 4]", testing::StageText("second") + scored),
                             {"stage.distil.seed=7"});
  const PlannedStage& shared = At(plan, "base", "distil", 3);
  EXPECT_THAT(Users(shared), ElementsAre("base/3/distil", "base/4/distil"));
  EXPECT_EQ(shared.seed, 7u);
  EXPECT_EQ(shared.data_seed, 7u);
  EXPECT_EQ(At(plan, "base", "second", 4).student, plan.Find("base", 3, "distil"));
  EXPECT_NE(At(plan, "base", "second", 3).key, At(plan, "base", "second", 4).key);
  EXPECT_THAT(plan.warnings,
              ElementsAre("variant \"base\": stage \"evaluate\": it measures one student for all seeds, as every stage "
                          "that trains it has a `seed` of its own; its values have no spread over seeds"));
}

// What one data pass and one teacher forward serve, and what not.
TEST_F(PlanVariantsTest, CohortsShareDataLengthBatchStepsAndPrecision) {
  const std::map<std::string, bool> overlays = {
      {"loss { name: \"ce\" weight: 1 }", true},
      {"remove: \"cos\"", true},
      {"adamw { learning_rate: 2e-3 }", true},
      {"linear { warmup: 0.1 }", true},
      {"clip_norm: 1", true},
      {"freeze: \"position_embeddings\"", true},
      {"normalization: PER_MICRO_BATCH", true},
      {"checkpoint_steps: 3", true},
      {"data { masked_lm { length: 16 } }", false},
      {"data { masked_lm { bert_masking { rate: 0.3 } } }", false},
      {"data { masked_lm { distilbert_masking {} } }", false},
      {"batch { sequences: 4 }", false},
      {"batch { micro_batches: 2 }", false},
      {"budget { steps: 13 }", false},
      {"row_chunk: 64", false},
      {"precision: BFLOAT16", false},
      {"evaluate { every_steps: 3 sequences: 8 }", false},
  };
  for (const auto& [overlay, same] : overlays) {
    const Plan plan =
        Make("controls: NONE variant { name: \"x\" overlay { stage { name: \"distil\" " + overlay + " } } }");
    EXPECT_EQ(At(plan, "base", "distil").training().cohort == At(plan, "x", "distil").training().cohort, same)
        << overlay;
  }
}

TEST_F(PlanVariantsTest, StudentsOfOtherShapesShareACohort) {
  const Plan plan = Make(R"(controls: NONE variant { name: "x" overlay { student { architecture { layers: 2 } } } })");
  EXPECT_EQ(At(plan, "base", "distil").training().cohort, At(plan, "x", "distil").training().cohort);
  EXPECT_EQ(At(plan, "x", "distil").config.depth(), 2);
}

TEST_F(PlanVariantsTest, PlansOnlyWhatIsAsked) {
  PlanOptions options;
  options.only = {"scratch", "b"};
  const Plan plan = Make(R"(variant { name: "b" overlay { stage { name: "distil" remove: "cos" } } })", {}, options);
  EXPECT_EQ(plan.Find("base", 1, "distil"), -1);
  EXPECT_EQ(plan.Find("init_only", 1, "distil"), -1);
  EXPECT_EQ(plan.stages.size(), 4u);
  EXPECT_EQ(plan.sweep.variants.size(), 4u) << "the sweep itself is whole";
}

// Names of grid points have the commas that names are parted by.
TEST_F(PlanVariantsTest, PlansPointsOfGridsThatAreAsked) {
  const std::string grids =
      "controls: NONE "
      R"(grid { name: "lr" point { name: "a" overlay { stage { name: "distil" adamw { learning_rate: 1e-4 } } } } } )"
      R"(grid { name: "t" point { name: "x" overlay { stage { name: "distil" remove: "cos" } } } })";
  PlanOptions options;
  options.only = {"lr=a", "t=x", "base"};
  const Plan plan = Make(grids, {}, options);
  EXPECT_NE(plan.Find("lr=a,t=x", 1, "distil"), -1);
  EXPECT_NE(plan.Find("base", 1, "distil"), -1);
  options.only = {"lr=a", "t=y"};
  EXPECT_EQ(sweep_.Make(sweep_.Text(grids), {}, options).status().message(),
            "--only: want variants of this sweep (base, lr=a,t=x), got \"lr=a,t=y\"");
}

// The first of the planned variants is what the others are compared with.
TEST_F(PlanVariantsTest, WarnsOfOtherExamplesWithoutTheBase) {
  PlanOptions options;
  options.only = {"v", "w"};
  const Plan plan = Make(R"(
      controls: NONE
      variant { name: "v" overlay { stage { name: "distil" data { masked_lm { length: 20 } } } } }
      variant { name: "w" overlay { stage { name: "distil" remove: "cos" } } })",
                         {}, options);
  EXPECT_EQ(plan.base().name, "v");
  EXPECT_FALSE(plan.Has("base"));
  EXPECT_TRUE(plan.Has("w"));
  EXPECT_THAT(plan.warnings,
              ElementsAre(HasSubstr("variant \"w\": stage \"evaluate\": it is measured on other examples "
                                    "than v (another corpus")));
}

}  // namespace
}  // namespace retort
