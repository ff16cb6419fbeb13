// Plans of causal language models, and what users get wrong about them.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "framework/data/step_source.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_plan.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::At;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::kNoControls;

class PlanCausalTest : public testing::PlanTest {
 protected:
  // Of the sweep that reads both ways.
  absl::Status Error(const std::vector<std::string>& set) {
    return sweep_.Make(sweep_.Text(kNoControls), set).status();
  }
};

TEST_F(PlanCausalTest, ResolvesStages) {
  const Plan plan = MakeText(sweep_.CausalText());
  EXPECT_THAT(plan.warnings, IsEmpty());
  EXPECT_EQ(plan.sweep.report.primary_metric(), "causal_lm/cross_entropy");
  EXPECT_EQ(plan.stages.size(), 6u);  // With the controls, which keep clm.
  const PlannedStage& stage = At(plan, "base", "distil");
  EXPECT_TRUE(stage.config.causal());
  EXPECT_EQ(stage.config.family, "gpt2");
  EXPECT_TRUE(stage.reads_teacher);
  EXPECT_DOUBLE_EQ(MeanStep(*stage.training().source).labelled_share, 23.0 / 24);
  EXPECT_EQ(stage.training().source->Step(0).Masks(0, 8).Rows(RowSet::kLabelled), 8 * 23);
  EXPECT_EQ(At(plan, "scratch", "distil").stage.loss_size(), 1);
  EXPECT_FALSE(At(plan, "scratch", "distil").reads_teacher);
  EXPECT_TRUE(At(plan, "base", "evaluate").reads_teacher);
}

TEST_F(PlanCausalTest, StudentsAreEvaluatedAsSuchUnasked) {
  std::string text = sweep_.CausalText(kNoControls);
  const std::string stage = "evaluation { causal_lm { sequences: 16 } }";
  const size_t begin = text.rfind("stage {");
  text.erase(begin, text.find(stage) + stage.size() - begin);
  text.erase(text.find('}', begin), 1);
  // The default of 512 blocks is more than there are.
  EXPECT_THAT(sweep_.Make(text), IsInvalidArgument("stage \"evaluate\": evaluation: sequences: want at most the"));
}

TEST_F(PlanCausalTest, LanguageModelsOfTheOtherKind) {
  const std::string causal = ".causal_lm={ corpus: \"" + sweep_.corpus() + "\" length: 24 }";
  EXPECT_THAT(Error({"stage.distil.data" + causal, "stage.evaluate.evaluation" + causal}),
              IsInvalidArgument("stage \"distil\": data: causal_lm: want a causal student, such as one of family gpt2, "
                                "got one of family distilbert, which reads both ways"));
  EXPECT_THAT(Error({"stage.distil.loss.mlm.causal_lm={}"}),
              IsInvalidArgument("stage \"distil\": loss \"mlm\": CausalLmConfig: want a causal student"));
  EXPECT_THAT(Error({"stage.evaluate.evaluation" + causal}),
              IsInvalidArgument("stage \"evaluate\": evaluation: causal_lm: want a causal student"));
}

// A causal student from scratch over the teacher's WordPiece vocabulary.
TEST_F(PlanCausalTest, StudentsFromScratch) {
  const std::string text = absl::StrReplaceAll(R"(
    name: "causal"
    experiment {
      student {
        architecture { family: "gpt2" layers: 1 hidden_size: 16 heads: 2 intermediate_size: 32 }
        vocabulary: "$/teacher/vocab.txt"
        init { random_normal {} }
      }
      stage {
        name: "train"
        data { causal_lm { corpus: "$/corpus" length: 24 } }
        batch { sequences: 8 }
        budget { steps: 2 }
        loss { name: "clm" causal_lm {} }
        adamw { learning_rate: 1e-3 }
      }
    }
  )",
                                               {{"$", sweep_.folder()}});
  EXPECT_THAT(sweep_.Make(text).status(), IsInvalidArgument("want a vocabulary with an end-of-text piece"));
  const auto error = [&](const std::string& from, const std::string& to) {
    EXPECT_THAT(text, HasSubstr(from));
    return sweep_.Make(absl::StrReplaceAll(text, {{from, to}})).status();
  };
  EXPECT_THAT(error("causal_lm { corpus", "masked_lm { corpus"),
              IsInvalidArgument("stage \"train\": data: masked_lm: want a student that reads both ways, got one of "
                                "family gpt2, which is causal"));
  EXPECT_THAT(error("\"clm\" causal_lm", "\"clm\" masked_lm"),
              IsInvalidArgument("loss \"clm\": MaskedLmConfig: want a student that reads both ways"));
  EXPECT_THAT(error("adamw",
                    "evaluate { every_steps: 1 sequences: 2 } keep { best { metric: \"masked_lm/accuracy\" } } "
                    "adamw"),
              IsInvalidArgument("keep.best.metric: want causal_lm/cross_entropy or causal_lm/accuracy, got "
                                "\"masked_lm/accuracy\""));
}

TEST_F(PlanCausalTest, TeachersOfOtherStudents) {
  const std::string text = sweep_.CausalText("controls: NONE");
  const auto error = [&](const std::string& from, const std::string& to) {
    EXPECT_THAT(text, HasSubstr(from));
    return sweep_.Make(absl::StrReplaceAll(text, {{from, to}})).status();
  };
  EXPECT_THAT(sweep_.Make(text), IsOk());
  // A masked stage for the student of a causal teacher, and a causal one for that of a masked teacher.
  EXPECT_THAT(error("causal_lm { corpus", "masked_lm { min_length: 4 corpus"),
              IsInvalidArgument("data: masked_lm: want a student that reads both ways, got one of family gpt2"));
  EXPECT_THAT(error("/gpt2\" }", "/teacher\" }"),
              IsInvalidArgument("data: causal_lm: want a causal student, such as one of family gpt2, got one of family "
                                "bert"));
  EXPECT_THAT(error("length: 24", "length: 33"), IsInvalidArgument("want at most the 32 positions of the student"));
  EXPECT_THAT(error("sequences: 16", "sequences: 5000"), IsInvalidArgument("sequences: want at most the "));
}

}  // namespace
}  // namespace retort
