#include "framework/sweep/plan/controls.h"

#include "absl/strings/match.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;

// A loss is gold if its name says so.
absl::StatusOr<bool> NamedGold(const Experiment&, const Stage&, const Loss& loss) {
  return loss.name().find("gold") != std::string::npos;
}

// A sweep whose base has stages of losses with these names, of weight 0 for "dead_..."; a stage without any is an
// evaluation.
ExpandedSweep SweepOf(const std::vector<std::pair<std::string, std::vector<std::string>>>& stages) {
  ExpandedSweep sweep;
  ExpandedVariant& base = sweep.variants.emplace_back();
  base.name = kBaseVariant;
  base.experiment.mutable_student()->mutable_init()->mutable_plugin()->set_type_url("x/retort.LayerCopyConfig");
  std::string trained;
  for (const auto& [name, losses] : stages) {
    Stage* stage = base.experiment.add_stage();
    stage->set_name(name);
    if (!trained.empty()) stage->set_from("@" + trained);
    for (const std::string& name_of_loss : losses) {
      Loss* loss = stage->add_loss();
      loss->set_name(name_of_loss);
      loss->set_weight(absl::StartsWith(name_of_loss, "dead") ? 0 : 1);
    }
    if (losses.empty()) {
      stage->mutable_evaluation();
    } else {
      trained = name;
    }
  }
  return sweep;
}

// "distil(gold) evaluate<distil()": names, losses and what each stage goes on from.
std::string Outline(const Experiment& experiment) {
  std::string text;
  for (const Stage& stage : experiment.stage()) {
    text += (text.empty() ? "" : " ") + stage.name() + (stage.has_from() ? "<" + stage.from() : "") + "(";
    for (const Loss& loss : stage.loss()) text += (text.back() == '(' ? "" : " ") + loss.name();
    text += ")";
  }
  return text;
}

TEST(AddControls, LeavesOutGoldLossesOfWeightZero) {
  ExpandedSweep sweep = SweepOf({{"first", {"ce", "dead_gold"}}, {"second", {"gold", "dead_gold"}}, {"evaluate", {}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(Outline(sweep.variants[1].experiment), "second(gold) evaluate<@second()");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("stage \"first\" has no loss that is learnt from the text alone")));
}

TEST(AddControls, KeepsGoldLossesAndEvaluations) {
  ExpandedSweep sweep = SweepOf({{"distil", {"ce", "gold", "gold2"}}, {"evaluate", {}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  ASSERT_EQ(sweep.variants.size(), 3u);
  EXPECT_EQ(Outline(sweep.variants[0].experiment), "distil(ce gold gold2) evaluate<@distil()");
  EXPECT_EQ(sweep.variants[1].name, "init_only");
  EXPECT_EQ(sweep.variants[2].name, "scratch");
  for (int i : {1, 2}) EXPECT_EQ(Outline(sweep.variants[i].experiment), "distil(gold gold2) evaluate<@distil()");
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(AddControls, DifferInTheInitialisation) {
  ExpandedSweep sweep = SweepOf({{"distil", {"gold"}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_THAT(sweep.variants[1].experiment.student().init().plugin().type_url(), HasSubstr("LayerCopyConfig"));
  EXPECT_THAT(sweep.variants[2].experiment.student().init().plugin().type_url(), HasSubstr("RandomNormalConfig"));
}

TEST(AddControls, LeaveOutAStageWithoutGoldLosses) {
  ExpandedSweep sweep =
      SweepOf({{"general", {"hidden"}}, {"first", {}}, {"task", {"soft", "gold"}}, {"logits", {"soft"}}, {"last", {}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(Outline(sweep.variants[1].experiment), "first() task(gold) last<@task()");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("controls: stage \"general\" has no loss"),
                                    HasSubstr("controls: stage \"logits\" has no loss")));
}

// The stages before and behind two that are left out in a row.
TEST(AddControls, GoOnFromTheStageBeforeTheOnesLeftOut) {
  ExpandedSweep sweep = SweepOf({{"a", {"gold"}}, {"b", {"soft"}}, {"c", {"soft"}}, {"d", {"gold"}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(Outline(sweep.variants[2].experiment), "a(gold) d<@a(gold)");
}

TEST(AddControls, AreTheInitialStudentWhereNothingIsGold) {
  ExpandedSweep sweep = SweepOf({{"distil", {"soft"}}, {"evaluate", {}}});
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(Outline(sweep.variants[1].experiment), "evaluate()");
}

// Gold losses read no teacher, so that nothing changes for training.
TEST(AddControls, ForgetATeacherThatIsLeftOut) {
  ExpandedSweep sweep = SweepOf({{"assistant", {"soft"}}, {"student", {"soft", "gold"}}, {"evaluate", {}}});
  sweep.variants[0].experiment.mutable_stage(1)->set_teacher("@assistant");
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_FALSE(sweep.variants[1].experiment.stage(0).has_teacher());
}

TEST(AddControls, KeepATeacherThatStays) {
  ExpandedSweep sweep = SweepOf({{"assistant", {"gold"}}, {"student", {"soft", "gold"}}});
  sweep.variants[0].experiment.mutable_stage(1)->set_teacher("@assistant");
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(sweep.variants[1].experiment.stage(1).teacher(), "@assistant");
}

TEST(AddControls, AreLeftOutWhereNoStageBeginsAsTheInitialStudent) {
  ExpandedSweep sweep = SweepOf({{"first", {"gold"}}, {"second", {"gold"}}, {"evaluate", {}}});
  sweep.variants[0].experiment.mutable_stage(0)->set_from("TEACHER");
  std::vector<std::string> warnings;
  ASSERT_THAT(AddControls(NamedGold, &sweep, &warnings), IsOk());
  EXPECT_EQ(sweep.variants.size(), 1u);
  EXPECT_THAT(warnings, ElementsAre("controls: no stage begins as the student's init; init_only and scratch would be "
                                    "the base again and are left out"));
}

TEST(AddControls, PassErrorsOn) {
  ExpandedSweep sweep = SweepOf({{"distil", {"soft"}}});
  std::vector<std::string> warnings;
  const IsGold fails = [](auto&&...) { return absl::InvalidArgumentError("no such plugin"); };
  EXPECT_THAT(AddControls(fails, &sweep, &warnings), IsInvalidArgument("no such plugin"));
  EXPECT_EQ(sweep.variants.size(), 1u);
}

}  // namespace
}  // namespace retort
