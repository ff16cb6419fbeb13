#include "framework/config/variants/for_each.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/config/reflection.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "framework/config/variants/expand.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two tasks behind the stage `distil` of the good sweep: a teacher of their own, a student, and its evaluation.
constexpr char kTasks[] = R"pb(
  experiment {
    remove: "final"
    for_each {
      task {
        name: "rt"
        overlay {
          stage {
            name: "tune"
            data { test_text { corpus: "rt" } }
          }
        }
      }
      task {
        name: "cola"
        overlay {
          stage {
            name: "tune"
            data { test_text { corpus: "cola" } }
            budget { steps: 3 }
          }
        }
      }
      stage {
        name: "tune"
        from: "@distil"
        data { test_text { length: 8 } }
        batch { sequences: 4 }
        budget { steps: 5 }
        loss {
          name: "gold"
          test_soft { rows: TEST_MASKED }
        }
        adamw { learning_rate: 1e-4 }
      }
      stage {
        name: "student"
        from: "@distil"
        teacher: "@tune"
        data { test_text { corpus: "@tune" } }
        batch { sequences: 4 }
        budget { steps: 5 }
        loss {
          name: "ce"
          test_soft { temperature: 2 }
        }
        loss {
          name: "gold"
          test_soft { rows: TEST_MASKED }
        }
        adamw { learning_rate: 1e-4 }
      }
      stage {
        name: "score"
        evaluation { test_text {} }
      }
    }
  }
)pb";

Sweep Parsed(const std::string& text) {
  absl::StatusOr<Sweep> sweep = ParseSweep(text, "text", TestCatalogue());
  EXPECT_TRUE(sweep.ok()) << sweep.status();
  return sweep.ok() ? *sweep : Sweep();
}

// The good sweep with both tasks, and overlays of it in turn.
Sweep Tasks(const std::vector<std::string>& overlays = {}) {
  Sweep sweep = Parsed(kGoodSweep);
  std::vector<std::string> all = {kTasks};
  all.insert(all.end(), overlays.begin(), overlays.end());
  for (const std::string& overlay : all) {
    const absl::Status status = Overlay(Parsed(overlay), &sweep);
    EXPECT_TRUE(status.ok()) << status;
  }
  return sweep;
}

ExpandedSweep Expanded(const Sweep& sweep, const std::vector<std::string>& set = {}) {
  absl::StatusOr<ExpandedSweep> expanded = Expand(sweep, set, TestCatalogue());
  EXPECT_TRUE(expanded.ok()) << expanded.status();
  return expanded.ok() ? *std::move(expanded) : ExpandedSweep();
}

Experiment Base(const Sweep& sweep, const std::vector<std::string>& set = {}) {
  const ExpandedSweep expanded = Expanded(sweep, set);
  return expanded.variants.empty() ? Experiment() : expanded.variants[0].experiment;
}

std::string ErrorOf(const Sweep& sweep) { return std::string(Expand(sweep, {}, TestCatalogue()).status().message()); }

std::vector<std::string> StageNames(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Stage& stage : experiment.stage()) names.push_back(stage.name());
  return names;
}

const Stage& StageOf(const Experiment& experiment, const std::string& name) {
  for (const Stage& stage : experiment.stage()) {
    if (stage.name() == name) return stage;
  }
  ADD_FAILURE() << "no stage " << name;
  return Stage::default_instance();
}

TEST(ForEachTest, StandsForTheStagesOfEveryTaskBehindTheSharedOnes) {
  const Experiment experiment = Base(Tasks());
  EXPECT_THAT(StageNames(experiment),
              ElementsAre("distil", "rt_tune", "rt_student", "rt_score", "cola_tune", "cola_student", "cola_score"));
  EXPECT_FALSE(experiment.has_for_each());
  EXPECT_THAT(TasksOf(experiment), ElementsAre("rt", "cola"));
  EXPECT_FALSE(StageOf(experiment, "distil").has_task());
  EXPECT_EQ(StageOf(experiment, "cola_score").task(), "cola");
}

TEST(ForEachTest, OverlaysOfTasksChangeTheirStagesAlone) {
  const Experiment experiment = Base(Tasks());
  const Stage& rt = StageOf(experiment, "rt_tune");
  EXPECT_EQ(PrintLine(rt.data(), TestCatalogue()), "test_text { corpus: \"rt\" length: 8 masking { rate: 0.15 } }");
  EXPECT_EQ(rt.budget().steps(), 5);
  EXPECT_EQ(StageOf(experiment, "cola_tune").budget().steps(), 3);
}

TEST(ForEachTest, ReferencesStayInTheTaskAndReachSharedStages) {
  const Experiment experiment = Base(Tasks());
  const Stage& student = StageOf(experiment, "cola_student");
  EXPECT_EQ(student.from(), "@distil");
  EXPECT_EQ(student.teacher(), "@cola_tune");
  EXPECT_THAT(PrintLine(student.data(), TestCatalogue()), HasSubstr("corpus: \"@cola_tune\"")) << "inside of plugins";
}

TEST(ForEachTest, WithoutFromAStageFollowsItsOwnTask) {
  Sweep sweep = Tasks();
  for (Stage& stage : *sweep.mutable_experiment()->mutable_for_each()->mutable_stage()) stage.clear_from();
  const Experiment experiment = Base(sweep);
  EXPECT_EQ(StageOf(experiment, "rt_tune").from(), "@distil") << "the last that all share";
  EXPECT_EQ(StageOf(experiment, "rt_student").from(), "@rt_tune");
  EXPECT_EQ(StageOf(experiment, "cola_tune").from(), "@distil") << "and no stage of rt";
  EXPECT_EQ(StageOf(experiment, "cola_score").from(), "@cola_student");

  sweep.mutable_experiment()->clear_stage();
  EXPECT_FALSE(StageOf(Base(sweep), "cola_tune").has_from()) << "the student's init";
}

TEST(ForEachTest, VariantsAndAssignmentsChangeWhatIsRepeated) {
  const ExpandedSweep expanded = Expanded(Tasks({R"pb(
                                                   controls: NONE
                                                   leave_one_out { stage: "student" }
                                                   variant {
                                                     name: "one"
                                                     overlay { for_each { remove: "rt" } }
                                                   }
                                                   variant {
                                                     name: "cola_long"
                                                     overlay {
                                                       for_each {
                                                         task {
                                                           name: "cola"
                                                           overlay {
                                                             stage {
                                                               name: "student"
                                                               budget { steps: 9 }
                                                             }
                                                           }
                                                         }
                                                       }
                                                     }
                                                   })pb"}),
                                          {"for_each.stage.student.adamw.learning_rate=2e-4"});
  ASSERT_EQ(expanded.variants.size(), 5u);
  for (const ExpandedVariant& variant : expanded.variants) {
    EXPECT_EQ(StageOf(variant.experiment, "cola_student").adamw().learning_rate(), 2e-4) << variant.name;
  }
  EXPECT_EQ(expanded.variants[1].name, "no_ce");
  for (const char* task : {"rt_student", "cola_student"}) {
    EXPECT_EQ(StageOf(expanded.variants[1].experiment, task).loss_size(), 1);
  }
  EXPECT_THAT(TasksOf(expanded.variants[3].experiment), ElementsAre("cola"));
  EXPECT_EQ(StageOf(expanded.variants[4].experiment, "cola_student").budget().steps(), 9);
  EXPECT_EQ(StageOf(expanded.variants[4].experiment, "cola_tune").budget().steps(), 3)
      << "the overlays of a task merge";
  EXPECT_EQ(StageOf(expanded.variants[4].experiment, "rt_student").budget().steps(), 5);
}

TEST(ForEachTest, AnOverlayOfATaskRemovesAndUsesDefinitions) {
  const Experiment experiment = Base(Tasks({R"pb(
                                              define {
                                                name: "more"
                                                loss {
                                                  name: "hid"
                                                  test_hidden { mapping { test_top {} } }
                                                }
                                              }
                                              define {
                                                name: "most"
                                                loss {
                                                  name: "extra"
                                                  test_soft { temperature: 3 }
                                                }
                                              }
                                              experiment {
                                                for_each {
                                                  task {
                                                    name: "rt"
                                                    overlay { stage { name: "student" remove: "ce" use: "most" } }
                                                  }
                                                  task {
                                                    name: "cola"
                                                    overlay { remove: "score" }
                                                  }
                                                  stage { name: "student" use: "more" }
                                                }
                                              })pb"}));
  std::vector<std::string> losses;
  for (const Loss& loss : StageOf(experiment, "rt_student").loss()) losses.push_back(loss.name());
  EXPECT_THAT(losses, ElementsAre("gold", "hid", "extra"));
  EXPECT_THAT(StageNames(experiment),
              ElementsAre("distil", "rt_tune", "rt_student", "rt_score", "cola_tune", "cola_student"));
}

TEST(ForEachTest, ResolvedSweepHoldsTheExpandedExperiment) {
  const Sweep resolved = ResolvedSweep(Expanded(Tasks({"leave_one_out { stage: 'student' } controls: NONE"})));
  EXPECT_FALSE(resolved.experiment().has_for_each());
  const Sweep read = Parsed(PrintSweep(resolved, TestCatalogue()));
  EXPECT_EQ(DeterministicBytes(ResolvedSweep(Expanded(read))), DeterministicBytes(resolved));
}

TEST(ForEachTest, TheReportBeginsWithTheMacroAverage) {
  const ReportSpec both = Expanded(Tasks()).report;
  EXPECT_EQ(both.primary_metric(), "macro");
  ASSERT_EQ(both.macro_size(), 1);
  EXPECT_EQ(both.macro(0).name(), "macro");
  const ReportSpec one = Expanded(Tasks({"experiment { for_each { remove: 'rt' } }"})).report;
  EXPECT_EQ(one.primary_metric(), "cola/test_text/loss");
  EXPECT_THAT(one.macro(), IsEmpty());
  const ReportSpec said = Expanded(Tasks({"report { macro { name: 'm' without: 'rt' } }"})).report;
  EXPECT_EQ(said.primary_metric(), "m");
  ASSERT_EQ(said.macro_size(), 1);
  EXPECT_EQ(Expanded(Tasks({"report { primary_metric: 'rt/x' }"})).report.primary_metric(), "rt/x");
}

TEST(ForEachErrorTest, MarginOfEquivalence) {
  EXPECT_EQ(ErrorOf(Tasks({"report { margin: 0 }"})),
            "report: margin: want the largest difference that counts as none, above 0, got 0; leave it out to call "
            "nothing equivalent");
  EXPECT_EQ(Expanded(Tasks({"report { margin: 0.5 }"})).report.margin(), 0.5);
}

TEST(ForEachErrorTest, NothingToRepeat) {
  Sweep sweep = Tasks();
  sweep.mutable_experiment()->mutable_for_each()->clear_task();
  EXPECT_EQ(ErrorOf(sweep), "for_each: task: want at least one, got none");
  sweep = Tasks();
  sweep.mutable_experiment()->mutable_for_each()->clear_stage();
  EXPECT_EQ(ErrorOf(sweep), "for_each: stage: want at least one, got none");
  EXPECT_EQ(ErrorOf(Tasks({"experiment { for_each { task { name: 'rt' overlay { remove: ['tune', 'student', 'score'] } "
                           "} } }"})),
            "for_each: task \"rt\": want at least one stage, got none");
  sweep = Tasks();
  sweep.mutable_experiment()->mutable_for_each()->add_remove("rt");
  EXPECT_EQ(ErrorOf(sweep), "for_each: remove: want it in overlays only");
}

TEST(ForEachErrorTest, Names) {
  Sweep sweep = Tasks();
  sweep.mutable_experiment()->mutable_for_each()->mutable_task(1)->set_name("rt");
  EXPECT_EQ(ErrorOf(sweep), "for_each: task \"rt\": name: want each name once, got it twice");
  sweep.mutable_experiment()->mutable_for_each()->mutable_task(1)->set_name("r/t");
  EXPECT_EQ(ErrorOf(sweep), "for_each: task \"r/t\": name: want at most 100 letters, digits, '_' and '-'");
  sweep = Tasks();
  sweep.mutable_experiment()->mutable_for_each()->mutable_stage(1)->set_name("tune");
  EXPECT_EQ(ErrorOf(sweep), "for_each: stage \"tune\": name: want each name once, got it twice");
  EXPECT_EQ(ErrorOf(Tasks({"experiment { for_each { stage { name: 'distil' evaluation { test_text {} } } } }"})),
            "for_each: stage \"distil\": name: want a name of its own, got that of a stage that all tasks share");
  EXPECT_EQ(
      ErrorOf(Tasks({"experiment { stage { name: 'rt_score' evaluation { test_text {} } } }"})),
      "for_each: task \"rt\": stage \"score\": want a name of its own as \"rt_score\", got that of another stage; "
      "rename the task or the stage");
}

TEST(ForEachErrorTest, OverlaysOfTasks) {
  EXPECT_EQ(ErrorOf(Tasks({"experiment { for_each { task { name: 'rt' overlay { student { vocabulary: 'v' } } } } }"})),
            "for_each: task \"rt\": overlay: want stages alone, got student, which all tasks share");
  EXPECT_EQ(
      ErrorOf(Tasks({"experiment { for_each { task { name: 'rt' overlay { for_each { task { name: 'a' } } } } } }"})),
      "for_each: task \"rt\": overlay: want stages alone, got for_each, which all tasks share");
  EXPECT_EQ(ErrorOf(Tasks({"experiment { for_each { task { name: 'rt' overlay { remove: 'augment' } } } }"})),
            "for_each: task \"rt\": remove: nothing is named \"augment\"; there are: tune, student, score");
  EXPECT_EQ(ErrorOf(Tasks({"variant { name: 'v' overlay { for_each { task { name: 'rt' overlay { stage { name: 'tune' "
                           "remove: 'ce' } } } } } }"})),
            "variant \"v\": for_each: task \"rt\": stage.tune.remove: nothing is named \"ce\"; there are: gold");
}

TEST(ForEachErrorTest, ProblemsNameTheStageOfTheTask) {
  EXPECT_EQ(
      ErrorOf(Tasks({"experiment { for_each { task { name: 'rt' overlay { stage { name: 'tune' batch { sequences: "
                     "0 } } } } } }"})),
      "stage \"rt_tune\": batch: sequences: want > 0, got 0");
  EXPECT_EQ(ErrorOf(Tasks({"leave_one_out { stage: 'pupil' }"})),
            "leave_one_out: stage: want the name of a stage (distil, tune, student, score), got \"pupil\"");
}

TEST(ForEachErrorTest, TooManyStages) {
  Sweep sweep = Tasks();
  for (int i = 0; i < 400; ++i) {
    sweep.mutable_experiment()->mutable_for_each()->add_task()->set_name(absl::StrCat("t", i));
  }
  EXPECT_EQ(ErrorOf(sweep), "for_each: want at most 1000 stages of all tasks, got 1206");
}

TEST(ForEachErrorTest, Macros) {
  const auto error = [](const std::string& macro) { return ErrorOf(Tasks({"report { macro { " + macro + " } }"})); };
  EXPECT_EQ(error("name: 'm' without: 'mnli'"),
            "report: macro \"m\": without: want names of tasks (rt, cola), got \"mnli\"");
  EXPECT_EQ(error("name: 'm' without: ['rt', 'cola']"),
            "report: macro \"m\": without: want at least one task that counts, got none");
  Sweep twice = Tasks({"report { macro { name: 'm' } }"});
  twice.mutable_report()->add_macro()->set_name("m");
  EXPECT_EQ(ErrorOf(twice), "report: macro \"m\": name: want each name once, got it twice");
  Sweep alone = Parsed(kGoodSweep);
  alone.mutable_report()->add_macro()->set_name("m");
  EXPECT_EQ(ErrorOf(alone),
            "report: macro \"m\": name: want an experiment of several tasks (for_each), got one without");
}

}  // namespace
}  // namespace retort
