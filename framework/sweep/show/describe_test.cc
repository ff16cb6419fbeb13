#include "framework/sweep/show/describe.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/model/encoder.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/show/cost.h"
#include "framework/sweep/show/enough_memory.h"
#include "framework/sweep/student/memory.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

int64_t ParameterCount(const EncoderConfig& config) {
  int64_t count = 0;
  for (const ParameterSpec& spec : EncoderParameterSpecs(config)) count += spec.size();
  return count;
}

class DescribeTest : public ::testing::Test {
 protected:
  DescribeTest() : store_(sweep_.folder() + "/store") {}

  Plan Make(const std::string& more = "") { return sweep_.Make(sweep_.Text(more)).value(); }

  // Before anything was trained.
  static std::string Describe(const Plan& plan, const Store& store) { return DescribePlan(plan, store, {}, 1); }

  // As if it had been computed.
  void Finish(const PlannedStage& stage) {
    ASSERT_THAT(store_.Begin(stage), IsOk());
    if (stage.trains()) {
      ASSERT_THAT(AtomicWriteFile(store_.Folder(stage.key) + "/done.json", "{}"), IsOk());
      return;
    }
    for (const std::string& key : {stage.key, stage.evaluation().teacher_scores_key}) {
      ASSERT_THAT(MakeDirectories(store_.Folder(key)), IsOk());
      ASSERT_THAT(AtomicWriteFile(store_.Folder(key) + "/scores.json", "{}"), IsOk());
    }
  }

  // Of all evaluations together.
  static double EvaluatingBytes(const Plan& plan) {
    std::vector<EvaluationMemory> members;
    for (const PlannedStage& stage : plan.stages) {
      if (!stage.trains()) members.push_back(stage.evaluation().memory);
    }
    return ProgramMemory(SharedEvaluationMemory(members));
  }

  testing::TestSweep sweep_;
  const Store store_;
};

TEST_F(DescribeTest, SaysWhatEachVariantIs) {
  const std::string text = Describe(Make(R"(variant { name: "hot" overlay { stage { name: "distil"
                             loss { name: "ce" soft_targets { temperature: 4 } } remove: "mlm" } } })"),
                                    store_);
  EXPECT_THAT(text, HasSubstr("tiny: 4 variants, seed 1\n  base\n  hot\n      stage.distil.loss.ce"));
  EXPECT_THAT(text, HasSubstr("soft_targets.temperature: 2 -> 4\n      stage.distil.loss.mlm: removed\n"));
  EXPECT_THAT(text, HasSubstr("\n  init_only\n"));
  EXPECT_THAT(text, HasSubstr("\n  scratch\n"));
}

TEST_F(DescribeTest, SaysHowVariantsDifferFromTheFirstThatIsPlanned) {
  PlanOptions options;
  options.only = {"v", "w"};
  const std::string more = R"(controls: NONE
      variant { name: "v" overlay { stage { name: "distil" remove: "mlm" } } }
      variant { name: "w" overlay { stage { name: "distil" remove: "mlm" remove: "cos" } } })";
  EXPECT_THAT(Describe(sweep_.Make(sweep_.Text(more), {}, options).value(), store_),
              HasSubstr("tiny: 2 variants, seed 1\n  v\n  w\n      stage.distil.loss.cos: removed\n  stage"));
}

TEST_F(DescribeTest, SaysWhatTrainingTakes) {
  const Plan plan = Make();
  const PlannedStage& stage = plan.stages[0];
  const std::string text = Describe(plan, store_);
  const StepShape shape = MeanStep(*stage.training().source);
  const double real = static_cast<double>(shape.tokens);
  const double padding = std::max(0.0, 1 - real / static_cast<double>(shape.sequences * shape.positions));
  EXPECT_THAT(text,
              HasSubstr(absl::StrFormat(
                  "  stage distil: 12 steps, about %.3g k tokens, %.0f %% of positions padding; student of 1 layer, 16 "
                  "wide, 4.04 k parameters\n",
                  12 * real / 1e3, 100 * padding)));
  EXPECT_THAT(text, HasSubstr("  6 results, 0 of them there; to train: 1 cohort\n"));
  std::vector<TrainingMemory> members;
  for (const PlannedStage& planned : plan.stages) {
    if (planned.trains()) members.push_back(planned.training().memory);
  }
  ASSERT_EQ(members.size(), 3u);
  EXPECT_THAT(text, HasSubstr(absl::StrFormat("  memory: about %.3g MB to train, %.3g MB to evaluate; disk: %.3g kB\n",
                                              ProgramMemory(CohortMemory(members)) / 1e6, EvaluatingBytes(plan) / 1e6,
                                              4 * 3 * static_cast<double>(stage.training().parameters) / 1e3)));
}

TEST_F(DescribeTest, EstimatesMemoryOfTheLargestStep) {
  const Plan plan = sweep_.Make(sweep_.Text("controls: NONE"), {"stage.distil.batch.micro_batches=3"}).value();
  const PlannedStage& stage = plan.stages[0];
  EncoderConfig teacher = testing::TinyTeacherConfig();
  const int64_t teacher_parameters =
      57 * 16 + 32 * 16 + 2 * 16 + 2 * 16 + 2 * (4 * (256 + 16) + 2 * 512 + 32 + 16 + 64) + 256 + 16 + 32 + 57;
  const MemorySide teaching{teacher, teacher_parameters, {{2}, {}, {{HeadKind::kVocabulary, RowSet::kReal}}}};
  // Eight sequences of at most 24 positions, three of them at most in a slice.
  int64_t tokens = 0;
  for (int64_t step = 0; step < stage.training().total_steps; ++step) {
    tokens = std::max(tokens, (3 * stage.training().source->Shape(step).tokens + 7) / 8);
  }
  const TrainingMemory expected = EstimateTrainingMemory(
      {stage.config, stage.training().parameters, {{1}, {}, {{HeadKind::kVocabulary, RowSet::kReal}}}}, &teaching,
      {3, 24, tokens, tokens, 512});
  EXPECT_EQ(stage.training().memory.student_state, expected.student_state);
  EXPECT_EQ(stage.training().memory.student_copies, expected.student_copies);
  EXPECT_EQ(stage.training().memory.student_step, expected.student_step);
  EXPECT_EQ(stage.training().memory.teacher_state, expected.teacher_state);
  EXPECT_EQ(stage.training().memory.teacher_step, expected.teacher_step);
  EXPECT_EQ(stage.training().memory.teacher_kept, expected.teacher_kept);
}

TEST_F(DescribeTest, EstimatesMemoryOfAnEvaluation) {
  const Plan plan = Make("controls: NONE");
  const EncoderConfig teacher = testing::TinyTeacherConfig();
  const MemorySide teaching{teacher, ParameterCount(teacher), {}};
  // 32 sequences of 24 positions, every position a row.
  const EvaluationMemory expected = EstimateEvaluationMemory(
      {plan.stages[0].config, ParameterCount(plan.stages[0].config), {}}, &teaching, {32, 24, 32 * 24, 32 * 24, 256});
  const EvaluationMemory& memory = plan.stages[1].evaluation().memory;
  EXPECT_EQ(memory.student_kept, expected.student_kept);
  EXPECT_EQ(memory.teacher_kept, expected.teacher_kept);
  EXPECT_EQ(memory.step, expected.step);
}

TEST_F(DescribeTest, RefusesEvaluationsThatDoNotFitIntoMemory) {
  Plan plan = Make();
  for (const PlannedStage& stage : plan.stages) {
    if (stage.trains()) Finish(stage);
  }
  const EvaluationMemory& first = plan.stages[plan.Find("base", 1, "evaluate")].evaluation().memory;
  const double wanted = ProgramMemory(SharedEvaluationMemory({first}));
  plan.memory = {wanted, "free memory"};
  EXPECT_THAT(EnoughMemory(plan, store_), IsOk()) << "one after the other";
  plan.memory->bytes = 0.1e9;
  EXPECT_THAT(EnoughMemory(plan, store_),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       absl::StrFormat("memory: evaluating a student (base) takes about %.3g GB, and 0.1 GB can be had "
                                       "(free memory); evaluate shorter sequences (length) or on a machine with more "
                                       "memory",
                                       wanted / 1e9)));
}

TEST_F(DescribeTest, RefusesWhatDoesNotFitIntoMemory) {
  Plan plan = Make();
  const TrainingMemory& first = plan.stages[plan.Find("base", 1, "distil")].training().memory;
  const double wanted = ProgramMemory(CohortMemory({first}));
  plan.memory = {wanted, "free memory"};
  EXPECT_THAT(std::string(EnoughMemory(plan, store_).message()), Not(HasSubstr("training a student (base)")));
  const auto refusal = [&](const char* way_out) {
    return StatusIs(absl::StatusCode::kResourceExhausted,
                    absl::StrFormat("memory: training a student (base) takes about %.3g GB, and %.3g GB can be had "
                                    "(free memory); %s",
                                    wanted / 1e9, plan.memory->bytes / 1e9, way_out));
  };
  plan.memory->bytes = wanted - 1;
  EXPECT_THAT(EnoughMemory(plan, store_), refusal("compute a step in more slices (batch.micro_batches)"));
  plan.memory->bytes = 0.1e9;
  EXPECT_THAT(EnoughMemory(plan, store_), refusal("train a smaller student, or on a machine with more memory"));
  for (const PlannedStage& stage : plan.stages) Finish(stage);
  EXPECT_THAT(EnoughMemory(plan, store_), IsOk()) << "nothing is left to train";
}

TEST_F(DescribeTest, SaysWhenMemoryPartsCohorts) {
  Plan plan = Make();
  EXPECT_THAT(Describe(plan, store_), Not(HasSubstr("in cohorts that fit")));
  plan.memory = {1, "free memory"};
  EXPECT_THAT(Describe(plan, store_), ::testing::AllOf(HasSubstr("to train: 3 cohorts\n"),
                                                       HasSubstr(", in cohorts that fit into 1 B (free memory)")));
}

TEST_F(DescribeTest, EstimatesTimeFromOperationsOnce) {
  const Plan plan = Make();
  double flops = plan.stages[0].training().teacher_flops;  // One pass of the teacher for all.
  for (const PlannedStage& stage : plan.stages) flops += stage.trains() ? stage.training().student_flops : 0;
  EXPECT_DOUBLE_EQ(EstimateSeconds(plan, store_, 1e6), flops / 1e6);
}

// What each cohort does with its teacher, and why; bytes and time as TeacherCachePlan says.
TEST_F(DescribeTest, SaysWhatBecomesOfWhatATeacherGives) {
  const Plan plan =
      Make("variant { name: \"hot\" overlay { stage { name: \"distil\" loss { name: \"ce\" weight: 3 } } } }");
  const std::vector<int> cohort = Cohorts(plan, {}, {}).front();
  const auto of = [&](const TeacherCacheSettings& settings) {
    return PlanTeacherCache(plan, cohort, store_, settings);
  };
  const auto describe = [&](const TeacherCacheSettings& settings) {
    return DescribePlan(plan, store_, {}, 1, settings);
  };
  const std::string bytes = absl::StrFormat("%.3g kB", of({}).bytes / 1e3);
  const std::string computed = "\n  teacher of distil: 12 steps computed, once for 2 students, and ";
  EXPECT_THAT(describe({}),
              HasSubstr(computed + "not kept, which would take about " + bytes + " (--teacher_cache_gb=0)\n"));
  EXPECT_THAT(describe({1e9, "", 1e9}), HasSubstr(computed + "kept in " + of({}).name + ": about " + bytes + "\n"));
  EXPECT_THAT(describe({1e3, "", 1e9}), HasSubstr(computed + "not kept, which would take about " + bytes +
                                                  ", more than the 1 kB that --teacher_cache_gb leaves\n"));
  EXPECT_THAT(describe({1e9, "", 1e18}), HasSubstr(computed + "not kept, which would take about " + bytes +
                                                   " and, to read again, 0 s, more than the 0 s of computing it\n"));
  const Plan alone = Make("controls: NONE");
  EXPECT_THAT(Describe(alone, store_), HasSubstr("  teacher of distil: 12 steps computed and not kept"));
  EXPECT_THAT(Describe(Make("controls: NONE seeds: [1, 2]"), store_),
              HasSubstr(" (--teacher_cache_gb=0); 2 such cohorts\n  teacher"));
}

TEST_F(DescribeTest, CountsEachTeacher) {
  testing::WriteTinyTeacher(sweep_.folder() + "/second", 6);
  const Plan plan = Make("variant { name: \"other\" overlay { teacher { checkpoint: \"$/second\" } } }");
  double flops = 2 * plan.stages[0].training().teacher_flops;
  for (const PlannedStage& stage : plan.stages) flops += stage.trains() ? stage.training().student_flops : 0;
  EXPECT_DOUBLE_EQ(EstimateSeconds(plan, store_, 1e6), flops / 1e6);
  EXPECT_THAT(Describe(plan, store_), HasSubstr("to train: 2 cohorts")) << "controls go along with one of them";
}

TEST_F(DescribeTest, LeavesOutWhatIsThere) {
  const Plan plan = Make();
  for (const PlannedStage& stage : plan.stages) Finish(stage);
  EXPECT_EQ(EstimateSeconds(plan, store_, 1e6), 0);
  EXPECT_THAT(Describe(plan, store_), HasSubstr("  6 results, 6 of them there; to train: 0 cohorts\n"));
  const Plan more = Make(R"(variant { name: "new" overlay { stage { name: "distil" remove: "cos" } } })");
  const PlannedStage& added = more.stages[more.Find("new", 1, "distil")];
  EXPECT_DOUBLE_EQ(EstimateSeconds(more, store_, 1e6),
                   (added.training().student_flops + added.training().teacher_flops) / 1e6);
  EXPECT_THAT(Describe(more, store_), HasSubstr("  8 results, 6 of them there; to train: 1 cohort\n"));
}

TEST_F(DescribeTest, SaysWhatIsLeftAlone) {
  const Plan plan = Make();
  for (const PlannedStage& stage : plan.stages) {
    if (stage.trains()) Finish(stage);
  }
  const std::string text = Describe(plan, store_);
  EXPECT_THAT(text, HasSubstr(absl::StrFormat("to train: 0 cohorts\n  memory: about %.3g MB to evaluate\n",
                                              EvaluatingBytes(plan) / 1e6)));
  EXPECT_THAT(text, Not(HasSubstr("stage distil")));
  EXPECT_THAT(text, Not(HasSubstr("FLOP")));
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.trains()) Finish(stage);
  }
  EXPECT_THAT(Describe(plan, store_), Not(HasSubstr("memory")));
}

TEST_F(DescribeTest, SaysWhoseStagesOfOneNameAre) {
  const std::string text = Describe(Make(R"(
      variant { name: "longer" overlay { stage { name: "distil" budget { steps: 24 } } } }
      variant { name: "cold" overlay { stage { name: "distil" loss { name: "ce" soft_targets { temperature: 1 } } } } })"),
                                    store_);
  EXPECT_THAT(text, HasSubstr("  stage distil of base, cold, init_only, scratch: 12 steps, "));
  EXPECT_THAT(text, HasSubstr("  stage distil of longer: 24 steps, "));
}

TEST_F(DescribeTest, TellsOperationsOfStudentsFromTheirTeachers) {
  const Plan plan = Make("controls: NONE");
  const TrainingWork& work = plan.stages[0].training();
  EXPECT_THAT(Describe(plan, store_),
              HasSubstr(absl::StrFormat("  %.3g MFLOP for students, %.3g MFLOP for their teachers; ",
                                        work.student_flops / 1e6, work.teacher_flops / 1e6)));
}

TEST_F(DescribeTest, EstimatesTimeOnceASpeedIsKnown) {
  const Plan plan = Make();
  EXPECT_THAT(Describe(plan, store_), HasSubstr("; how long that takes here is known once something was trained\n"));
  const Cost cost = CostOf(plan, store_);
  ASSERT_EQ(cost.cohorts.size(), 1u);
  const double seconds = EstimateSeconds(plan, store_, 1e6);
  KnownSpeeds speeds;
  TrainingShape unlike = cost.cohorts[0].shape;
  unlike.flops_per_token *= 10;
  speeds.Add({unlike, 2, 1e6});
  EXPECT_THAT(
      DescribePlan(plan, store_, speeds, 2),
      HasSubstr(absl::StrFormat("; perhaps %.0f s, as fast as earlier trainings that were unlike these\n", seconds)));
  speeds.Add({cost.cohorts[0].shape, 2, 2e6});
  EXPECT_THAT(DescribePlan(plan, store_, speeds, 2),
              HasSubstr(absl::StrFormat("; about %.0f s, as fast as earlier trainings like these\n", seconds / 2)));
}

TEST_F(DescribeTest, EndsWithWarnings) {
  const Plan plan = Make("variant { name: \"twin\" overlay { } }");
  EXPECT_THAT(Describe(plan, store_),
              ::testing::EndsWith("  warning: variants \"base\" and \"twin\" resolve to the same experiment\n"));
  EXPECT_THAT(Describe(Make(), store_), Not(HasSubstr("warning")));
}

}  // namespace
}  // namespace retort
