#include "framework/sweep/show/conditions.h"

#include "absl/strings/str_cat.h"
#include "framework/sweep/test_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

class CommonConditionsTest : public ::testing::Test {
 protected:
  std::string Of(const std::string& more, const std::string& stages = "") {
    plan_ = sweep_.Make(sweep_.Text(absl::StrCat("controls: NONE ", more), stages)).value();
    return CommonConditions(plan_);
  }

  std::string CorpusAndRate() const { return absl::StrCat("corpus (", sweep_.corpus(), ") and learning rate (0.001)"); }

  Plan plan_;
  testing::TestSweep sweep_;
};

TEST_F(CommonConditionsTest, AreWhatAllTrainingHasInCommon) {
  const std::string teacher = absl::StrCat("teacher (", sweep_.teacher(), ")");
  EXPECT_EQ(Of(""), absl::StrCat("this ", teacher, ", ", CorpusAndRate()));
  testing::WriteTinyTeacher(sweep_.folder() + "/second", 6);
  EXPECT_EQ(Of(R"(variant { name: "v" overlay { teacher { checkpoint: "$/second" } } })"),
            absl::StrCat("this ", CorpusAndRate()));
  testing::WriteTinyCorpus(sweep_.folder() + "/other", 400, 2);
  EXPECT_EQ(
      Of(R"(variant { name: "v" overlay { stage { name: "distil" data { masked_lm { corpus: "$/other" } } } } })"),
      absl::StrCat("this ", teacher, " and learning rate (0.001)"));
  EXPECT_EQ(Of(R"(variant { name: "v" overlay { stage { name: "distil" adamw { learning_rate: 2e-3 } } } })"),
            absl::StrCat("this ", teacher, " and corpus (", sweep_.corpus(), ")"));
}

// An assistant is another teacher than the model in the folder, and so is none.
TEST_F(CommonConditionsTest, NameNoTeacherWhereAStageHasAnother) {
  const std::string pupil =
      testing::StageText("pupil", R"(from: "@distil" teacher: "@distil" loss { name: "cos" cosine {} })");
  EXPECT_EQ(Of("", pupil), absl::StrCat("this ", CorpusAndRate()));
  Of("");
  plan_.stages.push_back(plan_.stages[0]);
  plan_.stages.back().checkpoint.clear();
  EXPECT_EQ(CommonConditions(plan_), absl::StrCat("this ", CorpusAndRate()));
}

TEST_F(CommonConditionsTest, NameNoTeacherWhereEachSeedHasItsOwn) {
  Of("");
  plan_.stages[0].teacher = 1;
  plan_.stages.push_back(plan_.stages[0]);
  EXPECT_THAT(CommonConditions(plan_), ::testing::HasSubstr("teacher (@"));
  plan_.stages.back().teacher = 2;
  EXPECT_THAT(CommonConditions(plan_), ::testing::Not(::testing::HasSubstr("teacher (")));
}

TEST_F(CommonConditionsTest, SeedsThatShareTheOrderOfDataSaySo) {
  EXPECT_THAT(Of("seeds: [1, 2]"), ::testing::Not(::testing::HasSubstr("order")));
  EXPECT_THAT(Of("seeds: [1, 2] share_data_across_seeds: true"),
              ::testing::EndsWith(", order of data and learning rate (0.001)"));
}

}  // namespace
}  // namespace retort
