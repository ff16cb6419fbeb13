#include "framework/report/files/card/model_card.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

StudentFacts Facts() {
  StudentFacts facts;
  facts.variant = "a";
  facts.seed = 2;
  facts.teacher = "none";
  facts.evaluations = {"eval"};
  facts.training = {"`distil`: 12 steps; losses `ce`"};
  facts.data = {"corpus (data/corpora/wiki)"};
  return facts;
}

std::string Render(const SweepResult& sweep, const std::string& teacher) {
  StudentFacts facts = Facts();
  facts.teacher = teacher;
  return RenderModelCards(sweep, {facts})->front();
}

TEST(RenderModelCards, SaysWhatTheStudentIs) {
  SweepResult sweep = TinySweep();
  sweep.run = {"2026-11-28 20:14 UTC", "sweep tiny.textproto", 1};
  sweep.environment["commit"] = "e8e1874";
  const std::string card = Render(sweep, "google-bert/bert-base-uncased");
  EXPECT_THAT(card, StartsWith("---\nlibrary_name: transformers\nbase_model: \"google-bert/bert-base-uncased\"\n"));
  for (const char* part :
       {"model-index:\n- name: \"tiny: a, seed 2\"", "type: \"m/cross_entropy\"", "value: 6\n",
        "---\n\n# tiny: a, seed 2", "Against `base`:\n\n```\nstage.distil.clip_norm: 1, was 5\n```",
        "- `distil`: 12 steps; losses `ce`\n", "| cross-entropy, nats | 6.0 | 5.0 ± 1.4 | +3",
        "- corpus (data/corpora/wiki)\n", "- command: `sweep tiny.textproto`\n", "- commit: e8e1874\n"}) {
    EXPECT_THAT(card, HasSubstr(part));
  }
}

TEST(RenderModelCards, FoldersAreNoNamesOnTheHub) {
  EXPECT_THAT(Render(TinySweep(), "data/teachers/mini"),
              HasSubstr("\n# base_model: \"data/teachers/mini\"  # its name"));
  EXPECT_THAT(Render(TinySweep(), "none"), HasSubstr("\n# base_model: \"none\""));
}

TEST(RenderModelCards, WithoutScoresThereAreNoResults) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores.clear();
  const std::string card = Render(sweep, "none");
  EXPECT_THAT(card, Not(HasSubstr("## Results")));
  EXPECT_THAT(card, Not(HasSubstr("model-index")));
}

TEST(RenderModelCards, HasTheResultsOfThisStudentAlone) {
  const SweepResult sweep = TaskSweep();
  StudentFacts facts = Facts();
  facts.variant = "random";
  facts.stage = "mrpc_tune";
  facts.evaluations = {"mrpc_score"};
  const std::string card = RenderModelCards(sweep, {facts})->front();
  EXPECT_THAT(card, HasSubstr("# tasks: random, seed 2, mrpc_tune\n"));
  EXPECT_THAT(card, HasSubstr("- name: \"tasks: random, seed 2, mrpc_tune\"\n"));
  EXPECT_THAT(card, HasSubstr("| mrpc: F1, % |"));
  EXPECT_THAT(card, HasSubstr("type: \"mrpc/classification/accuracy\""));
  for (const char* other : {"cola", "sst2", "macro"}) EXPECT_THAT(card, Not(HasSubstr(other)));
}

TEST(RenderModelCards, AStudentOfAllTasksHasTheirAverage) {
  StudentFacts facts = Facts();
  facts.variant = "random";
  facts.evaluations = {"cola_score", "mrpc_score", "sst2_score"};
  EXPECT_THAT(RenderModelCards(TaskSweep(), {facts})->front(), HasSubstr("| macro, % |"));
}

TEST(RenderModelCards, SaysWhatATeacherThatWasTrainedHereBeganAs) {
  StudentFacts facts = Facts();
  facts.teacher = "a_tutor";
  facts.teacher_trained_here = true;
  facts.teacher_begun_as = "google-bert/bert-base-uncased";
  facts.parameters = 1000;
  facts.teacher_parameters = 2500;
  const std::string card = RenderModelCards(TinySweep(), {facts})->front();
  EXPECT_THAT(card, HasSubstr("\nbase_model: \"google-bert/bert-base-uncased\"\n"));
  EXPECT_THAT(card, HasSubstr("distilled with retort from `a_tutor`, trained in this experiment from "
                              "`google-bert/bert-base-uncased`. It has 1"));
  EXPECT_THAT(card, HasSubstr(", 2.5 times fewer than its teacher."));
  EXPECT_THAT(card, HasSubstr("- teacher: `a_tutor`, trained in this experiment from"));
  facts.teacher_begun_as = "";
  const std::string from_init = RenderModelCards(TinySweep(), {facts})->front();
  EXPECT_THAT(from_init, HasSubstr("from `a_tutor`, trained in this experiment. "));
  EXPECT_THAT(from_init, HasSubstr("\n# base_model: \"none\""));
}

}  // namespace
}  // namespace retort
