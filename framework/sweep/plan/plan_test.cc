#include "framework/sweep/plan/plan.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/sweep/test_plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::At;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kNoControls;
using testing::PlanTest;
using testing::Users;

TEST_F(PlanTest, HasTheStagesOfBaseAndControls) {
  const Plan plan = Make("");
  std::vector<std::string> users;
  for (const PlannedStage& stage : plan.stages) {
    ASSERT_EQ(stage.used_by.size(), 1u);
    users.push_back(Users(stage).front());
  }
  EXPECT_THAT(users, ElementsAre("base/1/distil", "base/1/evaluate", "init_only/1/distil", "init_only/1/evaluate",
                                 "scratch/1/distil", "scratch/1/evaluate"));
  EXPECT_THAT(plan.warnings, IsEmpty());
  EXPECT_EQ(plan.Find("base", 1, "nothing"), -1);
  EXPECT_EQ(plan.Find("base", 2, "distil"), -1);
}

TEST_F(PlanTest, ResolvesATrainingStage) {
  const Plan plan = Make("");
  const PlannedStage& stage = At(plan, "base", "distil");
  EXPECT_TRUE(stage.trains());
  EXPECT_EQ(stage.student, -1);
  EXPECT_EQ(stage.teacher, -1);
  EXPECT_EQ(stage.checkpoint, sweep_.teacher());
  EXPECT_TRUE(stage.reads_teacher);
  EXPECT_EQ(stage.training().total_steps, 12);
  EXPECT_EQ(stage.precision, at::kFloat);
  EXPECT_EQ(stage.config.depth(), 1);
  EXPECT_EQ(stage.config.family, "distilbert");
  // Embeddings 57·16 + 32·16 + 2·16; one layer 4·(16² + 16) + 2·32·16 + 32 + 16 + 4·16; head 16² + 16 + 2·16 + 57.
  EXPECT_EQ(stage.training().parameters, 1456 + 2224 + 361);
  EXPECT_TRUE(stage.trains());
}

TEST_F(PlanTest, EvaluatesTheStudentOfTheTrainingStageBesideTheTeacher) {
  const Plan plan = Make("");
  const PlannedStage& stage = At(plan, "base", "evaluate");
  EXPECT_FALSE(stage.trains());
  EXPECT_EQ(stage.student, plan.Find("base", 1, "distil"));
  EXPECT_TRUE(stage.reads_teacher);
  EXPECT_FALSE(stage.evaluation().teacher_scores_key.empty());
  EXPECT_NE(stage.evaluation().teacher_scores_key, stage.key);
  EXPECT_EQ(stage.evaluation().teacher_scores_key, At(plan, "scratch", "evaluate").evaluation().teacher_scores_key);
}

TEST_F(PlanTest, ControlsLearnFromTheTextAlone) {
  const Plan plan = Make("");
  for (const char* control : {"init_only", "scratch"}) {
    const PlannedStage& stage = At(plan, control, "distil");
    ASSERT_EQ(stage.stage.loss_size(), 1) << control;
    EXPECT_EQ(stage.stage.loss(0).name(), "mlm");
    EXPECT_FALSE(stage.reads_teacher);
    EXPECT_EQ(stage.training().teacher_flops, 0);
    EXPECT_EQ(stage.training().cohort, At(plan, "base", "distil").training().cohort) << "they read the same data";
  }
  EXPECT_NE(At(plan, "init_only", "distil").init.plugin().type_url(),
            At(plan, "scratch", "distil").init.plugin().type_url());
}

TEST_F(PlanTest, ControlsAreTheInitialStudentWhereNothingIsLearntFromTheText) {
  const Plan plan = Make("", {"stage.distil.loss.mlm.logit_mse={}"});
  EXPECT_EQ(plan.Find("scratch", 1, "distil"), -1);
  const PlannedStage& stage = At(plan, "scratch", "evaluate");
  EXPECT_EQ(stage.student, -1);
  EXPECT_TRUE(stage.init.has_plugin());
  EXPECT_THAT(plan.warnings,
              Contains(HasSubstr("controls: stage \"distil\" has no loss that is learnt from the text")));
}

TEST_F(PlanTest, EvaluatesWhereTheSweepDoesNotSay) {
  std::string text = sweep_.Text(kNoControls);
  const auto begin = text.find("    stage {\n      name: \"evaluate\"");
  ASSERT_NE(begin, std::string::npos);
  const auto end = text.find("    }\n", begin);
  text.erase(begin, end + 6 - begin);
  EXPECT_THAT(sweep_.Make(text),
              testing::IsInvalidArgument("stage \"evaluate\": evaluation: sequences: want at most the"))
      << "the default of 512 sequences is more than the corpus holds";
}

std::string Assistant() {
  return absl::StrCat(
      testing::StageText("pupil", R"(from: "@distil" teacher: "@distil" loss { name: "cos" cosine {} })"), R"(
    stage { name: "compare" from: "@pupil" teacher: "@distil" evaluation { masked_lm { sequences: 8 } } }
    stage { name: "again" from: "@distil" evaluation { masked_lm { sequences: 16 } } })");
}

TEST_F(PlanTest, FollowsFromAndTeacher) {
  const Plan plan = MakeText(sweep_.Text(kNoControls, Assistant()));
  const int distil = plan.Find("base", 1, "distil");
  EXPECT_EQ(At(plan, "base", "pupil").student, distil);
  EXPECT_EQ(At(plan, "base", "pupil").teacher, distil);
  EXPECT_EQ(At(plan, "base", "pupil").checkpoint, sweep_.teacher()) << "an initialisation may still read it";
  EXPECT_EQ(At(plan, "base", "compare").teacher, distil);
  EXPECT_EQ(plan.Find("base", 1, "again"), plan.Find("base", 1, "evaluate")) << "the same under another name";
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    EXPECT_LT(plan.stages[i].student, static_cast<int>(i));
    EXPECT_LT(plan.stages[i].teacher, static_cast<int>(i));
  }
}

TEST_F(PlanTest, CountsOperationsAndBudgetsInThem) {
  const Plan plan = Make(kNoControls);
  const PlannedStage& stage = At(plan, "base", "distil");
  const StepShape shape = MeanStep(*stage.training().source);
  const Capture logits{{}, {}, {{HeadKind::kVocabulary, RowSet::kReal}}};
  const auto rows = [&](RowSet) { return static_cast<double>(shape.tokens); };
  const auto sequences = static_cast<double>(shape.sequences);
  const PassSize size =
      PassSize::OfEqual(sequences, static_cast<double>(shape.positions), static_cast<double>(shape.tokens) / sequences);
  const double student = Encoder(stage.config).ForwardFlops(size, logits, rows);
  const double teacher = Encoder(testing::TinyTeacherConfig()).ForwardFlops(size, logits, rows);
  EXPECT_DOUBLE_EQ(stage.training().student_flops, 12 * 3 * student);
  EXPECT_DOUBLE_EQ(stage.training().teacher_flops, 12 * teacher);

  auto steps = [&](const std::string& budget) {
    return At(Make(kNoControls, {"stage.distil.budget=" + budget}), "base", "distil").training().total_steps;
  };
  EXPECT_EQ(steps(absl::StrCat("{ student_flops: ", 6.5 * 3 * student, " }")), 7);
  EXPECT_EQ(steps(absl::StrCat("{ total_flops: ", 6.5 * (3 * student + teacher), " }")), 7);
  EXPECT_EQ(steps("{ epochs: 2 }"), 2 * stage.training().source->steps_per_epoch());
  EXPECT_EQ(steps(absl::StrCat("{ tokens: ", stage.training().source->Shape(0).tokens + 1, " }")), 2);
}

TEST_F(PlanTest, SaysHowSentencesArePooledThatStudentsDoNotSay) {
  ASSERT_THAT(MakeDirectories(sweep_.teacher() + "/1_Pooling"), IsOk());
  const std::string pooling = sweep_.teacher() + "/1_Pooling/config.json";
  ASSERT_THAT(AtomicWriteFile(sweep_.teacher() + "/modules.json",
                              R"([{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}])"),
              IsOk());
  ASSERT_THAT(AtomicWriteFile(pooling, R"({"pooling_mode": "mean"})"), IsOk());
  EXPECT_THAT(Make(kNoControls).warnings, IsEmpty());
  ASSERT_THAT(AtomicWriteFile(pooling, R"({"pooling_mode": "cls"})"), IsOk());
  EXPECT_THAT(
      Make(kNoControls).warnings,
      ElementsAre(pooling + " says how sentences are read and pooled; students are exported without, and read as "
                            "plain models: name it where they are read, as in embed --pooling=first"));
}

TEST_F(PlanTest, WarnsOfDeadOptionsOncePerVariant) {
  const Plan plan = Make("seeds: [1, 2]", {"stage.distil.loss.ce.weight=0"});
  EXPECT_THAT(plan.warnings,
              ElementsAre("variant \"base\": stage \"distil\": loss \"ce\" has weight 0: it is not computed"));
}

TEST_F(PlanTest, LossesOfWeightZeroAreAsGoodAsNone) {
  const Plan dead = Make(kNoControls, {"stage.distil.loss.ce.weight=0", "stage.distil.loss.cos.weight=0"});
  EXPECT_EQ(At(dead, "base", "distil").stage.loss_size(), 1);
  EXPECT_FALSE(At(dead, "base", "distil").reads_teacher);
  const Plan removed = Make(absl::StrCat(
      kNoControls, R"( variant { name: "b" overlay { stage { name: "distil" remove: "ce" remove: "cos" } } })"));
  EXPECT_EQ(At(dead, "base", "distil").key, At(removed, "b", "distil").key);
}

TEST_F(PlanTest, NamesWhatTeachesAStage) {
  const Plan plan = MakeText(sweep_.Text(kNoControls, Assistant()));
  EXPECT_EQ(plan.TeacherOf(At(plan, "base", "distil")), sweep_.teacher());
  EXPECT_EQ(plan.TeacherOf(At(plan, "base", "pupil")), "@distil");
}

TEST_F(PlanTest, EvaluatesWithoutTheTeacherWhoseVocabularyIsAnother) {
  // The letters in another order.
  const std::string path = sweep_.folder() + "/vocab.txt";
  std::string vocabulary = testing::TinyVocabulary();
  std::swap(vocabulary[vocabulary.find("\na\n") + 1], vocabulary[vocabulary.find("\nb\n") + 1]);
  ASSERT_THAT(AtomicWriteFile(path, vocabulary), IsOk());
  const Plan plan = Make(kNoControls, {"student.vocabulary=" + path, "student.init.random_normal={}",
                                       "stage.distil.loss.ce.weight=0", "stage.distil.loss.cos.weight=0"});
  EXPECT_FALSE(At(plan, "base", "evaluate").reads_teacher);
  EXPECT_TRUE(At(plan, "base", "evaluate").evaluation().teacher_scores_key.empty());
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("the teacher is not evaluated: student.vocabulary: want")));
}

}  // namespace
}  // namespace retort
