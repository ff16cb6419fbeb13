#include "framework/sweep/results/collect_results.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/data/step_source.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::UnorderedElementsAre;

// A pupil of the first student, which is evaluated beside it.
constexpr char kPupil[] = R"(
    stage {
      name: "pupil"
      from: "@distil"
      teacher: "@distil"
      data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      loss { name: "cos" cosine {} }
      adamw { learning_rate: 1e-3 }
    }
    stage { name: "compare" from: "@pupil" teacher: "@distil" evaluation { masked_lm { sequences: 8 } } })";

constexpr char kVariants[] = R"(
    controls: NONE
    seeds: [1, 2]
    variant { name: "v" overlay { stage { name: "distil" adamw { learning_rate: 2e-3 } } } }
    variant { name: "w" overlay { stage { name: "pupil" adamw { learning_rate: 2e-3 } } } }
    reference { variant: "base" metric: "GLUE macro" value: 77 source: "a paper" }
    reference { variant: "w" metric: "GLUE macro" value: 76 source: "a paper" })";

class CollectResultsTest : public ::testing::Test {
 protected:
  CollectResultsTest() : store_(sweep_.folder() + "/store") {}

  void PlanSweep(const std::vector<std::string>& set = {}, const PlanOptions& options = {}) {
    plan_ = sweep_.Make(sweep_.Text(kVariants, kPupil), set, options).value();
    for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  }

  // As if it had been computed so.
  void Finish(const PlannedStage& stage, const std::string& computed_with) {
    if (stage.trains()) {
      Progress progress;
      progress.computed_with = computed_with;
      return FinishTraining(stage, progress);
    }
    const EvaluationWork& work = stage.evaluation();
    const Scores scores{"",           "report",     {{"m", {{1}, {1}}}}, work.evaluation.examples->MeasuredOn(),
                        work.teacher, computed_with};
    EXPECT_THAT(store_.PutScores(stage.key, scores), IsOk());
    EXPECT_THAT(store_.PutScores(work.teacher_scores_key, scores), IsOk());
  }

  void FinishTraining(const PlannedStage& stage, const Progress& progress) {
    EXPECT_THAT(store_.Begin(stage), IsOk());
    EXPECT_THAT(AtomicWriteFile(store_.Folder(stage.key) + "/metrics.jsonl", ""), IsOk());
    PutStudent(stage, progress);
  }

  void PutStudent(const PlannedStage& stage, const Progress& progress) {
    ParameterSet parameters(EncoderParameterSpecs(stage.config), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(1, 0.1, 0, &parameters);
    EXPECT_THAT(store_.PutStudent(stage, parameters, progress), IsOk());
  }

  SweepResult Collect() { return CollectResults(plan_, {}, store_).value(); }

  testing::TestSweep sweep_;
  const Store store_;
  Plan plan_;
};

// "compare: @distil of v, seed 2"
std::vector<std::string> Teachers(const SweepResult& result) {
  std::vector<std::string> teachers;
  for (const TeacherScores& teacher : result.teachers) {
    teachers.push_back(absl::StrCat(teacher.scores.stage, ": ", teacher.teacher,
                                    teacher.seed ? absl::StrCat(", seed ", *teacher.seed) : ""));
  }
  return teachers;
}

// One row for each: v trains another one, w does not.
TEST_F(CollectResultsTest, NamesTrainedTeachersByTheVariantsThatTrainThem) {
  PlanSweep();
  EXPECT_THAT(Teachers(Collect()),
              UnorderedElementsAre(absl::StrCat("evaluate: ", sweep_.teacher()), "compare: @distil of base, seed 1",
                                   "compare: @distil of base, seed 2", "compare: @distil of v, seed 1",
                                   "compare: @distil of v, seed 2"));
}

TEST_F(CollectResultsTest, ATeacherThatAllShareHasNoVariant) {
  PlanOptions options;
  options.only = {"base", "w"};
  PlanSweep({}, options);
  EXPECT_THAT(Teachers(Collect()), UnorderedElementsAre(absl::StrCat("evaluate: ", sweep_.teacher()),
                                                        "compare: @distil, seed 1", "compare: @distil, seed 2"));
}

// One model under two paths is one teacher.
TEST_F(CollectResultsTest, NamesTeachersByWhatTheyAre) {
  testing::WriteTinyTeacher(sweep_.folder() + "/copy");
  plan_ = sweep_
              .Make(sweep_.Text("controls: NONE variant { name: \"v\" overlay { teacher { checkpoint: \"$/copy\" } "
                                "stage { name: \"distil\" remove: \"cos\" } } }"))
              .value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  EXPECT_THAT(Teachers(Collect()), ElementsAre(absl::StrCat("evaluate: ", sweep_.teacher())));
}

TEST_F(CollectResultsTest, SaysWhichResultsVariantsHaveInCommon) {
  PlanSweep();
  const SweepResult result = Collect();
  ASSERT_EQ(result.variants.size(), 3u);
  EXPECT_THAT(result.variants[1].shared_stages, IsEmpty());
  EXPECT_THAT(result.variants[2].shared_stages, ElementsAre("evaluate"));
  EXPECT_FALSE(result.variants[2].twin_of_base);
}

// What --only leaves is compared with its first variant, and nothing else is reported.
TEST_F(CollectResultsTest, WithoutTheBase) {
  PlanOptions options;
  options.only = {"v", "w"};
  PlanSweep({}, options);
  const SweepResult result = Collect();
  ASSERT_EQ(result.variants.size(), 2u);
  EXPECT_EQ(result.variants[0].name, "v");
  EXPECT_EQ(result.variants[0].difference, "");
  EXPECT_EQ(result.variants[1].difference,
            "stage.distil.adamw.learning_rate: 0.002 -> 0.001\nstage.pupil.adamw.learning_rate: 0.001 -> 0.002");
  ASSERT_EQ(result.published.size(), 1u);
  EXPECT_EQ(result.published[0].variant, "w");
}

TEST_F(CollectResultsTest, WarnsOfMixturesInAnyStage) {
  PlanOptions options;
  options.only = {"base", "w"};
  PlanSweep({}, options);
  EXPECT_THAT(Collect().warnings, IsEmpty());
  const PlannedStage& first = plan_.stages[plan_.Find("base", 1, "distil")];
  const PlannedStage& last = plan_.stages[plan_.Find("w", 2, "compare")];
  Finish(first, "threads 2");
  EXPECT_THAT(Collect().warnings, ElementsAre(HasSubstr("; threads 2 (base, w)")));
  Finish(first, "threads 1");
  Finish(last, "threads 2");
  EXPECT_THAT(Collect().warnings, ElementsAre(HasSubstr("; threads 2 (teacher @distil, w)")));
}

// Two tasks, each with a teacher of its own.
constexpr char kTasks[] = R"(
    for_each {
      task { name: "one" }
      task { name: "two" overlay { stage { name: "tune" budget { steps: 5 } } } }
      stage {
        name: "tune"
        from: "@distil"
        data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
        batch { sequences: 4 }
        budget { steps: 3 }
        loss { name: "mlm" masked_lm {} }
        adamw { learning_rate: 1e-3 }
      }
      stage { name: "score" from: "@distil" teacher: "@tune" evaluation { masked_lm { sequences: 8 } } }
    })";

TEST_F(CollectResultsTest, MetricsOfTasksHaveTheirNames) {
  plan_ = sweep_.Make(sweep_.Text("controls: NONE", kTasks)).value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  const SweepResult result = Collect();
  std::vector<std::string> measured;
  for (const Scores& scores : result.runs[0].scores) {
    for (const auto& [metric, unused] : scores.metrics) measured.push_back(absl::StrCat(scores.stage, ": ", metric));
  }
  EXPECT_THAT(measured, UnorderedElementsAre("evaluate: m", "one_score: one/m", "two_score: two/m"));
  EXPECT_THAT(Teachers(result), UnorderedElementsAre(absl::StrCat("evaluate: ", sweep_.teacher()),
                                                     "one_score: @tune, seed 1", "two_score: @tune, seed 1"));
  EXPECT_EQ(result.teachers[1].scores.metrics.count("one/m"), 1u);
  ASSERT_EQ(result.macros.size(), 1u);
  EXPECT_EQ(result.primary_metric, "macro");
}

TEST_F(CollectResultsTest, CurvesOfATaskHaveItsName) {
  plan_ = sweep_.Make(sweep_.Text("controls: NONE", kTasks)).value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  MetricsLog log([&](const StageId& id) { return store_.Folder(plan_.stages[plan_.Find("base", 1, id.stage)].key); });
  const StageId id{"base", 1, "two_tune"};
  log.StageStarted(id, {});
  log.Evaluated(id, {0, 0, 0, 0, {{"m", 2.5}}});
  const RunResult run = Collect().runs[0];
  std::vector<std::string> stages;
  for (const StageCurves& curves : run.curves) stages.push_back(curves.stage);
  EXPECT_THAT(stages, ElementsAre("distil", "one_tune", "two_tune"));
  ASSERT_EQ(run.curves[2].evaluations.size(), 1u);
  EXPECT_EQ(run.curves[2].evaluations[0].metrics.at("two/m"), 2.5);
}

// Shared stages and those of every task. Tasks cut documents where some of what is left is padded.
TEST_F(CollectResultsTest, CostsAreThoseOfAllStagesThatTrainTheStudent) {
  const std::string tasks = absl::StrReplaceAll(kTasks, {{"length: 24", "length: 7"}});
  plan_ = sweep_.Make(sweep_.Text("controls: NONE", tasks)).value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  int64_t tokens = 1;
  double positions = 0;
  for (const char* name : {"distil", "one_tune", "two_tune"}) {
    const PlannedStage& stage = plan_.stages[plan_.Find("base", 1, name)];
    Progress progress;
    progress.tokens = tokens;
    progress.student_flops = 2.0 * static_cast<double>(tokens);
    progress.total_flops = 3.0 * static_cast<double>(tokens);
    FinishTraining(stage, progress);
    positions += static_cast<double>(tokens) / (1 - MeanStep(*stage.training().source).padding_share());
    tokens *= 10;
  }
  const RunResult run = Collect().runs[0];
  EXPECT_EQ(run.tokens, 111);
  EXPECT_EQ(run.student_flops, 222);
  EXPECT_EQ(run.total_flops, 333);
  EXPECT_GT(positions, 111);
  EXPECT_DOUBLE_EQ(run.padding_share, 1 - 111 / positions);
}

// 4 steps at 10 tokens per second and 2 at 30, each of 15 tokens: 90 tokens in 7 seconds; 1 and 2 of the 6 clipped.
TEST_F(CollectResultsTest, TimeAndClippedStepsAreOverAllStages) {
  plan_ = sweep_.Make(sweep_.Text("controls: NONE", kTasks)).value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  MetricsLog log([&](const StageId& id) { return store_.Folder(plan_.stages[plan_.Find("base", 1, id.stage)].key); });
  const auto train = [&](const char* name, int steps, double speed, int clipped) {
    const StageId id{"base", 1, name};
    log.StageStarted(id, {});
    for (int step = 1; step <= steps; ++step) {
      StepRecord record;
      record.step = step;
      record.tokens = 15 * step;
      record.tokens_per_second = speed;
      record.clipped = step <= clipped;
      log.StepDone(id, record);
    }
    Progress progress;
    progress.step = steps;
    progress.tokens = 15 * steps;
    PutStudent(plan_.stages[plan_.Find("base", 1, name)], progress);
  };
  train("distil", 4, 10, 1);
  train("two_tune", 2, 30, 2);
  const RunResult run = Collect().runs[0];
  EXPECT_DOUBLE_EQ(run.seconds, 7);
  EXPECT_DOUBLE_EQ(run.clipped_share, 0.5);
}

TEST_F(CollectResultsTest, KnowsTheTeachersSize) {
  PlanSweep();
  const SweepResult result = Collect();
  const PlannedStage& distil = plan_.stages[plan_.Find("base", 1, "distil")];
  EXPECT_GT(distil.teacher_parameters, distil.training().parameters);
  EXPECT_EQ(result.runs[0].teacher_parameters, distil.training().parameters) << "@distil teaches the last stage";
  for (const TeacherScores& teacher : result.teachers) {
    const bool of_sweep = teacher.teacher == sweep_.teacher();
    EXPECT_EQ(teacher.parameters, of_sweep ? distil.teacher_parameters : distil.training().parameters);
  }
}

TEST_F(CollectResultsTest, TrainingTheTeacherIsNoCostOfTheStudent) {
  const std::string teacher_first =
      testing::StageText("fine_tune", R"(from: "TEACHER" loss { name: "mlm" masked_lm {} })");
  plan_ = sweep_.Make(sweep_.Text("controls: NONE", teacher_first)).value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  Progress progress;
  progress.tokens = 7;
  FinishTraining(plan_.stages[plan_.Find("base", 1, "distil")], progress);
  const PlannedStage& fine_tune = plan_.stages[plan_.Find("base", 1, "fine_tune")];
  FinishTraining(fine_tune, progress);
  const RunResult run = Collect().runs[0];
  EXPECT_EQ(run.tokens, 7);
  EXPECT_LT(run.parameters, fine_tune.training().parameters);
  EXPECT_EQ(run.curves.size(), 2u) << "its curves are shown all the same";
}

TEST_F(CollectResultsTest, PublishedNumbersSayWhatAnswersToThem) {
  plan_ = sweep_
              .Make(sweep_.Text(R"(
    controls: NONE
    report { margin: 0.5 }
    reference { variant: "base" metric: "GLUE macro" value: 77 source: "a paper" }
    reference { variant: "base" metric: "masked_lm/accuracy" value: 50 source: "a paper" }
    reference { variant: "base" metric: "ppl" value: 21 source: "a paper" answers: "masked_lm/cross_entropy" })"))
              .value();
  for (const PlannedStage& stage : plan_.stages) Finish(stage, "threads 1");
  const SweepResult result = Collect();
  ASSERT_EQ(result.published.size(), 3u);
  EXPECT_EQ(result.published[0].answers, "");
  EXPECT_EQ(result.published[1].answers, "masked_lm/accuracy");
  EXPECT_EQ(result.published[2].answers, "masked_lm/cross_entropy");
  EXPECT_EQ(result.margin, 0.5);
}

TEST_F(CollectResultsTest, SaysWhereTrainingStopped) {
  PlanSweep();
  EXPECT_THAT(Collect().runs[0].stopped_steps, IsEmpty());
  const PlannedStage& distil = plan_.stages[plan_.Find("base", 2, "distil")];
  Progress progress;
  progress.stopped_step = 7;
  FinishTraining(distil, progress);
  EXPECT_EQ(Collect().runs[1].stopped_steps, (std::map<std::string, int64_t>{{"distil", 7}}));
}

TEST_F(CollectResultsTest, SaysWhatCurvesWereMeasuredOn) {
  PlanSweep({"stage.pupil.evaluate={ every_steps: 3 sequences: 8 }"});
  const PlannedStage& pupil = plan_.stages[plan_.Find("base", 1, "pupil")];
  EXPECT_EQ(Collect().runs[0].curves[1].evaluation_examples, pupil.training().evaluation->examples->MeasuredOn());
}

}  // namespace
}  // namespace retort
