#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Plans of experiments with tasks.

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;

// Two tasks behind the stage `distil`.
constexpr char kTasks[] = R"(
    for_each {
      task { name: "one" overlay { stage { name: "tune" data { masked_lm { corpus: "$/corpus" } } } } }
      task { name: "two" overlay { stage { name: "tune" data { masked_lm { corpus: "$/other" } } } } }
      stage {
        name: "tune"
        from: "@distil"
        data { masked_lm { length: 24 min_length: 4 } }
        batch { sequences: 4 }
        budget { steps: 3 }
        loss { name: "mlm" masked_lm {} }
        adamw { learning_rate: 1e-3 }
      }
      stage { name: "score" evaluation { masked_lm { sequences: 8 } } }
    })";

class PlanTasksTest : public ::testing::Test {
 protected:
  PlanTasksTest() { testing::WriteTinyCorpus(sweep_.folder() + "/other", 400, /*seed=*/2); }

  absl::StatusOr<Plan> Make(const std::string& more = "", const std::string& stages = kTasks) {
    return sweep_.Make(sweep_.Text("controls: NONE " + more, stages));
  }

  testing::TestSweep sweep_;
};

const PlannedStage& At(const Plan& plan, const std::string& stage) { return plan.stages[plan.Find("base", 1, stage)]; }

TEST_F(PlanTasksTest, TasksGoOnFromTheSharedStageApart) {
  const Plan plan = *Make();
  const int distil = plan.Find("base", 1, "distil");
  for (const char* stage : {"one_tune", "two_tune"}) EXPECT_EQ(At(plan, stage).student, distil);
  EXPECT_EQ(At(plan, "two_score").student, plan.Find("base", 1, "two_tune"));
  EXPECT_NE(At(plan, "one_tune").key, At(plan, "two_tune").key);
}

// Neither the task's name is part of it, nor that there are tasks.
TEST_F(PlanTasksTest, KeysAreThoseOfTheStagesWithoutTasks) {
  const Plan plan = *Make();
  const Plan renamed = *Make("", absl::StrReplaceAll(kTasks, {{"\"one\"", "\"uno\""}}));
  for (const char* stage : {"tune", "score"}) {
    EXPECT_EQ(At(renamed, absl::StrCat("uno_", stage)).key, At(plan, absl::StrCat("one_", stage)).key);
  }
  EXPECT_EQ(At(renamed, "uno_tune").training().cohort, At(plan, "one_tune").training().cohort);
  const Plan alike = *Make("", absl::StrReplaceAll(kTasks, {{"$/other", "$/corpus"}}));
  EXPECT_EQ(alike.Find("base", 1, "one_tune"), alike.Find("base", 1, "two_tune")) << "what is the same is one stage";
}

TEST_F(PlanTasksTest, MetricsAreThoseOfTheTasks) {
  const Plan plan = *Make();
  const MetricSpecs metrics = plan.metrics();
  EXPECT_EQ(FindMetric(metrics, "two/masked_lm/accuracy").label, "two: accuracy");
  EXPECT_LT(MetricRank(metrics, "one/masked_lm/accuracy"), MetricRank(metrics, "two/masked_lm/cross_entropy"));
}

TEST_F(PlanTasksTest, TheMacroIsOverWhatTheLastEvaluationsMeasureFirst) {
  const Plan plan = *Make();
  ASSERT_EQ(plan.macros.size(), 1u);
  EXPECT_EQ(plan.macros[0].metric.name, "macro");
  EXPECT_EQ(plan.macros[0].metric.unit.value, "nats");
  ASSERT_EQ(plan.macros[0].tasks.size(), 2u);
  const MacroTask& two = plan.macros[0].tasks[1];
  EXPECT_EQ(two.task, "two");
  ASSERT_EQ(two.measured.size(), 1u);
  EXPECT_EQ(two.measured[0].stage, "two_score");
  EXPECT_EQ(two.measured[0].metric, "two/masked_lm/cross_entropy");
}

TEST_F(PlanTasksTest, MacrosOfNamedMetricsAndTasks) {
  const Plan plan = *Make(
      "report { macro { name: 'accuracy' metric: 'masked_lm/accuracy' } "
      "macro { name: 'without_one' metric: 'two/masked_lm/accuracy' without: 'one' } }");
  ASSERT_EQ(plan.macros.size(), 2u);
  EXPECT_EQ(plan.macros[0].tasks[0].measured[0].metric, "one/masked_lm/accuracy");
  EXPECT_EQ(plan.macros[0].metric.unit.value, "%");
  ASSERT_EQ(plan.macros[1].tasks.size(), 1u);
  EXPECT_EQ(plan.macros[1].tasks[0].task, "two");
  EXPECT_EQ(plan.sweep.report.primary_metric(), "accuracy");
}

// A later evaluation of the task stands for an earlier one of the same metric.
TEST_F(PlanTasksTest, TheLastEvaluationOfAMetricCounts) {
  const std::string twice =
      absl::StrReplaceAll(kTasks, {{"stage { name: \"score\"",
                                    "stage { name: \"early\" evaluation { masked_lm { sequences: 4 } } } "
                                    "stage { name: \"score\""}});
  const Plan plan = *Make("report { macro { name: 'm' metric: 'masked_lm/accuracy' } }", twice);
  ASSERT_EQ(plan.macros[0].tasks[0].measured.size(), 1u);
  EXPECT_EQ(plan.macros[0].tasks[0].measured[0].stage, "one_score");
}

TEST_F(PlanTasksTest, WithoutEvaluationsEveryTaskGetsOne) {
  for (const char* corpus : {"/corpus", "/other"}) {  // As many held-out sequences as the default wants.
    testing::WriteTinyCorpus(sweep_.folder() + corpus, /*documents=*/7000);
  }
  std::string stages = kTasks;
  stages.resize(stages.find("stage { name: \"score\""));
  const std::string text = absl::StrReplaceAll(
      sweep_.Text("controls: NONE", stages + "}"),
      {{"stage {\n      name: \"evaluate\"\n      evaluation { masked_lm { sequences: 16 } }\n    }", ""}});
  const Plan plan = *sweep_.Make(text);
  for (const char* task : {"one", "two"}) {
    const PlannedStage& evaluation = At(plan, absl::StrCat(task, "_evaluate"));
    EXPECT_FALSE(evaluation.trains());
    EXPECT_EQ(evaluation.student, plan.Find("base", 1, absl::StrCat(task, "_tune")));
  }
  EXPECT_EQ(plan.macros.size(), 1u);
}

TEST_F(PlanTasksTest, MacrosThatCannotBe) {
  EXPECT_THAT(Make("report { macro { name: 'm' metric: 'classification/accuracy' } }"),
              IsInvalidArgument("report: macro \"m\": want metrics that its tasks are measured by "
                                "(one/masked_lm/accuracy, one/masked_lm/cross_entropy"));
  EXPECT_THAT(
      Make("report { macro { name: 'm' metric: 'one/masked_lm/accuracy' } }"),
      IsInvalidArgument("report: macro \"m\": want metrics of one unit, of all of which high values are good or "
                        "low ones, got one/masked_lm/accuracy (%, high is good) and "
                        "two/masked_lm/cross_entropy (nats, low is good); name others (metric), or leave tasks "
                        "out (without)"));
  const std::string unevaluated =
      absl::StrReplaceAll(kTasks, {{"name: \"two\" overlay {", "name: \"two\" overlay { remove: \"score\""}});
  EXPECT_THAT(
      Make("report { macro { name: 'm' } }", unevaluated),
      IsInvalidArgument("report: macro \"m\": want an evaluation in each of its tasks, got none in two; evaluate "
                        "it, or leave it out (without: \"two\")"));
  const auto plan = Make("", unevaluated);
  ASSERT_THAT(plan, IsOk()) << "nobody asked for an average";
  EXPECT_THAT(plan->macros, IsEmpty());
}

TEST_F(PlanTasksTest, ThePrimaryMetricIsOneOfATaskOrAnAverage) {
  EXPECT_THAT(Make("report { primary_metric: 'two/masked_lm/accuracy' }"), IsOk());
  EXPECT_THAT(Make("report { primary_metric: 'two/accuracy' }"),
              IsInvalidArgument("report.primary_metric: want one of macro, masked_lm/cross_entropy"));
}

TEST_F(PlanTasksTest, PublishedMetricsAreAnsweredByMeasuredOnes) {
  const std::string reference = "reference { variant: 'base' metric: 'GLUE' value: 77 source: 'a paper' answers: ";
  EXPECT_THAT(Make(reference + "'macro' }"), IsOk());
  EXPECT_THAT(Make(reference + "'two/masked_lm/accuracy' }"), IsOk());
  EXPECT_THAT(Make(reference + "'glue' }"),
              IsInvalidArgument("reference (a paper): answers: want one of macro, masked_lm/cross_entropy"));
}

}  // namespace
}  // namespace retort
