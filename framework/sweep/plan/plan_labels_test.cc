#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/expand.h"
#include "framework/model/family/family.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Plans of stages whose data have labels: which heads models have, and what is trained and copied.

namespace retort {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;

constexpr char kTeacherStage[] = R"(
    stage {
      name: "teacher"
      from: "TEACHER"
      data { table { train: "$/train.tsv" text: "text" label: "label" length: 16 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      loss { name: "gold" hard_labels {} }
      adamw { learning_rate: 1e-3 }
    })";
constexpr char kStudentStage[] = R"(
    stage {
      name: "student"
      data { table { train: "$/train.tsv" text: "text" label: "label" length: 16 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      loss { name: "gold" hard_labels {} }
      adamw { learning_rate: 1e-3 }
    })";
constexpr char kScore[] = R"(stage { name: "score" evaluation { classification {} } })";

class PlanLabelsTest : public ::testing::Test {
 protected:
  PlanLabelsTest() {
    std::string table = "text\tlabel\n";
    for (int i = 0; i < 60; ++i) absl::StrAppend(&table, "a b c ", i, "\t", i % 2 == 0 ? "yes" : "no", "\n");
    EXPECT_THAT(AtomicWriteFile(sweep_.folder() + "/train.tsv", table), IsOk());
  }

  // An experiment of these stages.
  absl::StatusOr<Plan> Make(const std::string& stages, const std::string& more = "controls: NONE",
                            const std::string& teacher = "$/teacher",
                            const std::string& init = "layer_copy { mapping { top {} } }") {
    return MakeText(Text(stages, more, teacher, init));
  }

  absl::StatusOr<Plan> MakeText(const std::string& text) {
    RETORT_ASSIGN_OR_RETURN(const Sweep sweep, ParseSweep(text, "test.textproto"));
    RETORT_ASSIGN_OR_RETURN(const ExpandedSweep expanded, Expand(sweep));
    inputs_.push_back(std::make_unique<Inputs>(sweep_.folder() + "/tokens", /*threads=*/1));
    return MakePlan(expanded, {}, inputs_.back().get());
  }

  std::string Text(const std::string& stages, const std::string& more, const std::string& teacher,
                   const std::string& init) const {
    const std::string text =
        absl::StrCat(R"(name: "labels" experiment { teacher { checkpoint: ")", teacher,
                     R"(" } student { architecture { layers: 1 } init { )", init, " } }", stages, "} ", more);
    return absl::StrReplaceAll(text, {{"$", sweep_.folder()}});
  }

  // A teacher of these classes, in <folder>/classifier.
  void WriteClassifier(const std::vector<std::string>& classes) {
    EncoderConfig config = testing::TinyTeacherConfig();
    config.pooler = true;
    config.heads = {FindFamily(config.family)->head(HeadKind::kClasses, config)};
    config.heads[0].classes = classes;
    testing::WriteTinyTeacher(sweep_.folder() + "/classifier", 5, config);
  }

  testing::TestSweep sweep_;
  std::vector<std::unique_ptr<Inputs>> inputs_;  // Plans point into them.
};

const PlannedStage& At(const Plan& plan, const std::string& stage, const std::string& variant = "base") {
  return plan.stages[plan.Find(variant, 1, stage)];
}

TEST_F(PlanLabelsTest, TheHeadFollowsTheLabels) {
  const auto plan = Make(absl::StrCat(kTeacherStage, kStudentStage, kScore));
  ASSERT_THAT(plan, IsOk());
  for (const char* stage : {"teacher", "student", "score"}) {
    const EncoderConfig& config = At(*plan, stage).config;
    ASSERT_EQ(config.heads.size(), 1u) << stage;
    EXPECT_EQ(config.heads[0].kind, HeadKind::kClasses);
    EXPECT_THAT(config.heads[0].classes, ElementsAre("no", "yes"));
  }
  EXPECT_TRUE(At(*plan, "teacher").from_teacher);
  EXPECT_EQ(At(*plan, "teacher").config.depth(), 2);
  EXPECT_EQ(At(*plan, "student").config.depth(), 1);
}

TEST_F(PlanLabelsTest, TheStudentDoesNotGoOnFromTheTeachersStage) {
  const Plan plan = *Make(absl::StrCat(kTeacherStage, kStudentStage, kScore));
  EXPECT_EQ(At(plan, "student").student, -1);
  EXPECT_FALSE(At(plan, "student").from_teacher);
  EXPECT_EQ(At(plan, "score").student, plan.Find("base", 1, "student"));
  const Plan teacher_alone = *Make(absl::StrCat(kTeacherStage, kScore));
  EXPECT_EQ(At(teacher_alone, "score").student, teacher_alone.Find("base", 1, "teacher"));
}

TEST_F(PlanLabelsTest, TheInitialisationMayCopyTheTrainedTeacher) {
  const std::string stages = absl::StrCat(kTeacherStage, kStudentStage, kScore);
  const Plan plan = *Make(stages,
                          "controls: NONE variant { name: \"copy\" overlay { student { init { teacher: "
                          "\"@teacher\" } } } }");
  EXPECT_EQ(At(plan, "student").init_teacher, -1);
  EXPECT_EQ(At(plan, "student", "copy").init_teacher, plan.Find("base", 1, "teacher"));
  EXPECT_NE(At(plan, "student", "copy").key, At(plan, "student").key);
  EXPECT_THAT(Make(absl::StrCat(kStudentStage, kScore),
                   "controls: NONE variant { name: \"copy\" overlay { student { init { teacher: \"@student\" } } } }")
                  .status(),
              IsInvalidArgument("student: init: teacher: want \"@name\" of a stage from TEACHER (there is none), got "
                                "\"@student\""));
}

// What the last stage trained is scored beside the teacher that it had.
TEST_F(PlanLabelsTest, AnEvaluationHasTheTeacherOfWhatItEvaluates) {
  const std::string taught =
      absl::StrReplaceAll(kStudentStage, {{"name: \"student\"", "name: \"student\" teacher: \"@teacher\""},
                                          {"hard_labels {}", "soft_targets { temperature: 2 }"}});
  const Plan plan = *Make(absl::StrCat(kTeacherStage, taught, kScore));
  EXPECT_EQ(At(plan, "score").teacher, plan.Find("base", 1, "teacher"));
  EXPECT_TRUE(At(plan, "score").reads_teacher);
}

TEST_F(PlanLabelsTest, NamesConnectTheTeachersClasses) {
  const std::string taught =
      absl::StrReplaceAll(kStudentStage, {{"hard_labels {}", "soft_targets { temperature: 2 }"}});
  WriteClassifier({"yes", "no"});
  EXPECT_THAT(Make(absl::StrCat(taught, kScore), "controls: NONE", "$/classifier"), IsOk());
  WriteClassifier({"good", "bad"});
  EXPECT_THAT(Make(absl::StrCat(taught, kScore), "controls: NONE", "$/classifier").status(),
              IsInvalidArgument("want teacher and student with the same classes, got good, bad in the teacher and no, "
                                "yes in the student"));
}

// Labels are learnt from the data alone, the teacher's fine-tuning included.
TEST_F(PlanLabelsTest, ControlsKeepLabels) {
  const auto plan = Make(absl::StrCat(kTeacherStage, kStudentStage, kScore), "");
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(At(*plan, "teacher", "scratch").key, At(*plan, "teacher").key);
  EXPECT_NE(At(*plan, "student", "scratch").key, At(*plan, "student").key);
}

TEST_F(PlanLabelsTest, ATeacherAloneNeedsNoStudent) {
  const std::string again = absl::StrReplaceAll(kTeacherStage, {{"\"teacher\"", "\"again\""}, {"TEACHER", "@teacher"}});
  const std::string text =
      absl::StrCat(R"(name: "alone" experiment { teacher { checkpoint: "$/teacher" } )", kTeacherStage, again, "}");
  const auto plan = MakeText(absl::StrReplaceAll(text, {{"$", sweep_.folder()}}));
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->sweep.variants.size(), 1u);
  EXPECT_THAT(plan->warnings, Contains(HasSubstr("init_only and scratch would be the base again")));
  EXPECT_EQ(At(*plan, "again").student, plan->Find("base", 1, "teacher"));
  EXPECT_EQ(At(*plan, "evaluate").student, plan->Find("base", 1, "again"));
  EXPECT_EQ(At(*plan, "evaluate").config.depth(), 2);
}

constexpr char kPretraining[] = R"(
    stage {
      name: "pretrain"
      data { next_sentence { corpus: "$/lines" length: 24 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      loss { name: "mlm" masked_lm {} }
      loss { name: "nsp" hard_labels {} }
      adamw { learning_rate: 1e-3 }
    }
    stage { name: "score" evaluation { next_sentence { split: "train" sequences: 4 } } })";

// Labels of two kinds in one batch: a head for each, which a teacher may have, too.
TEST_F(PlanLabelsTest, NextSentencesWantTwoHeads) {
  const std::string folder = sweep_.folder() + "/lines";
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  std::string text;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    for (int line = 0; line < 9; ++line) absl::StrAppend(&text, std::string(3 + line, letter), " ", line, "\n");
    absl::StrAppend(&text, "\n");
  }
  ASSERT_THAT(AtomicWriteFile(folder + "/text.txt", text), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/corpus.textproto",
                              "file { path: \"text.txt\" document: BLANK_LINE } select_share: 0 report_share: 0"),
              IsOk());
  const auto plan = Make(kPretraining);
  ASSERT_THAT(plan, IsOk());
  for (const char* stage : {"pretrain", "score"}) {
    const EncoderConfig& config = At(*plan, stage).config;
    ASSERT_EQ(config.heads.size(), 2u) << stage;
    EXPECT_EQ(config.heads[0].kind, HeadKind::kVocabulary);
    EXPECT_THAT(config.heads[1].classes, ElementsAre("IsNext", "NotNext"));
    EXPECT_TRUE(config.pooler);
  }
  const std::string soft =
      absl::StrReplaceAll(kPretraining, {{"loss { name: \"mlm\"",
                                          "loss { name: \"soft\" soft_targets { temperature: 2 head: CLASSES } } "
                                          "loss { name: \"mlm\""}});
  EXPECT_THAT(Make(soft).status(), IsInvalidArgument("want a teacher with a head of classes, got one without"));
  EncoderConfig teacher = testing::TinyTeacherConfig();
  teacher.pooler = true;
  teacher.heads.push_back(PlainHead(HeadKind::kClasses, Pooling::kPooler));
  teacher.heads[1].classes = NextSentenceClasses();
  testing::WriteTinyTeacher(sweep_.folder() + "/pretrained", 5, teacher);
  EXPECT_THAT(Make(soft, "controls: NONE", "$/pretrained"), IsOk());
}

TEST_F(PlanLabelsTest, RefusesAStudentWithoutTheHead) {
  EXPECT_THAT(Make(kScore).status(),
              IsInvalidArgument("evaluation: classification: data: want a data plugin, got none"));
  const std::string from_nothing = absl::StrReplaceAll(kTeacherStage, {{"TEACHER", "NOBODY"}});
  EXPECT_THAT(Make(absl::StrCat(from_nothing, kScore)).status(), IsInvalidArgument("from: want \"@name\""));
}

}  // namespace
}  // namespace retort
