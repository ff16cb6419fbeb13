#include "framework/sweep/plan/cohorts.h"

#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/student/memory.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using Indices = std::vector<int>;

// A training stage of the data and steps that `cohort` stands for, which reads a teacher unless it is "".
PlannedStage Training(const std::string& cohort, const std::string& teacher) {
  PlannedStage stage;
  stage.stage.add_loss();
  std::get<TrainingWork>(stage.work).cohort = cohort;
  stage.checkpoint = teacher;
  stage.reads_teacher = !teacher.empty();
  return stage;
}

PlannedStage After(int student, PlannedStage stage) {
  stage.student = student;
  return stage;
}

Plan PlanOf(std::vector<PlannedStage> stages) {
  Plan plan;
  plan.stages = std::move(stages);
  return plan;
}

TEST(Cohorts, ShareDataAndTeacher) {
  const Plan plan = PlanOf({Training("a", "t"), Training("b", "t"), Training("a", "t"), Training("a", "u")});
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 2}, {1}, {3}}));
}

TEST(Cohorts, TakeStudentsWithoutATeacherAlong) {
  const Plan plan = PlanOf({Training("a", ""), Training("a", "t"), Training("a", "u"), Training("a", "")});
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 1, 3}, {2}}));
}

TEST(Cohorts, TellTeachersWithDropoutApartBySeed) {
  std::vector<PlannedStage> stages(2, Training("a", "t"));
  for (PlannedStage& stage : stages) stage.teacher_dropout = true;
  stages[1].seed = 1;
  EXPECT_EQ(Cohorts(PlanOf(stages), {}, {}), (std::vector<Indices>{{0}, {1}}));
}

TEST(Cohorts, LeaveOutWhatIsDoneAndWhatIsNoTraining) {
  PlannedStage evaluation;
  evaluation.work = EvaluationWork();
  const Plan plan = PlanOf({Training("a", "t"), evaluation, Training("a", "t")});
  EXPECT_EQ(Cohorts(plan, {0}, {}), (std::vector<Indices>{{2}}));
  EXPECT_TRUE(Cohorts(plan, {0, 2}, {}).empty());
}

TEST(Cohorts, ComeAfterWhatTheyReadAndNotWithoutIt) {
  const Plan plan =
      PlanOf({Training("a", "t"), After(0, Training("a", "t")), After(1, Training("a", "t")), Training("a", "t")});
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 3}, {1}, {2}}));
  EXPECT_EQ(Cohorts(plan, {0, 3}, {1}), std::vector<Indices>{});
}

// Five students of 100 MB, of which two more than the first fit beside the teacher's 1 GB.
TEST(Cohorts, ArePartedWhereMemoryIsShort) {
  std::vector<PlannedStage> stages(5, Training("a", "t"));
  for (PlannedStage& stage : stages) {
    TrainingMemory& memory = std::get<TrainingWork>(stage.work).memory;
    memory.student_state = 100e6;
    memory.teacher_state = 1e9;
  }
  Plan plan = PlanOf(stages);
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 1, 2, 3, 4}}));
  EXPECT_FALSE(ArePartedByMemory(plan, {}));
  plan.memory = {ProgramMemory(1.3e9), "free memory"};
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 1, 2}, {3, 4}}));
  EXPECT_TRUE(ArePartedByMemory(plan, {}));
  EXPECT_EQ(Cohorts(plan, {0, 1, 2}, {}), (std::vector<Indices>{{3, 4}})) << "the same, once the first is done";
  EXPECT_FALSE(ArePartedByMemory(plan, {0, 1, 2}));
  plan.memory->bytes = 1;
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0}, {1}, {2}, {3}, {4}})) << "never none";
}

// A smaller student joins where a larger one does not fit.
TEST(Cohorts, TakeInWhatFits) {
  std::vector<PlannedStage> stages(3, Training("a", "t"));
  const double states[] = {100e6, 300e6, 50e6};
  for (int i = 0; i < 3; ++i) std::get<TrainingWork>(stages[i].work).memory.student_state = states[i];
  Plan plan = PlanOf(stages);
  plan.memory = {ProgramMemory(200e6), "free memory"};
  EXPECT_EQ(Cohorts(plan, {}, {}), (std::vector<Indices>{{0, 2}, {1}}));
}

// An evaluation beside the teacher of this name.
PlannedStage Evaluating(const std::string& teacher) {
  PlannedStage stage;
  stage.work = EvaluationWork();
  std::get<EvaluationWork>(stage.work).teacher_scores_key = teacher;
  return stage;
}

TEST(NextEvaluations, AreThoseThatCanShareAPassNow) {
  const Plan plan = PlanOf({Training("a", "t"), After(0, Evaluating("t")), Evaluating("u"), Evaluating("t"),
                            Evaluating("u"), Evaluating("u")});
  EXPECT_EQ(NextEvaluations(plan, {}, {}), Indices({2, 4, 5}));
  EXPECT_EQ(NextEvaluations(plan, {2}, {5}), Indices({3}));
  EXPECT_EQ(NextEvaluations(plan, {0, 2, 4, 5}, {}), Indices({1, 3}));
  EXPECT_EQ(NextEvaluations(plan, {2, 3, 4, 5}, {}), Indices({}));
}

TEST(EvaluationGroups, AreOfAtMostEightOnceAllIsTrained) {
  std::vector<PlannedStage> stages(10, After(0, Evaluating("t")));
  stages[0] = Training("a", "t");
  stages.push_back(Evaluating("u"));
  EXPECT_EQ(EvaluationGroups(PlanOf(stages), {}), (std::vector<Indices>{{1, 2, 3, 4, 5, 6, 7, 8}, {9}, {10}}));
  EXPECT_EQ(EvaluationGroups(PlanOf(stages), {1, 10}), (std::vector<Indices>{{2, 3, 4, 5, 6, 7, 8, 9}}));
}

TEST(EvaluationGroups, ArePartedWhereMemoryIsShort) {
  std::vector<PlannedStage> stages(3, Evaluating("t"));
  for (PlannedStage& stage : stages) std::get<EvaluationWork>(stage.work).memory.student_kept = 100e6;
  Plan plan = PlanOf(stages);
  plan.memory = {ProgramMemory(200e6), "free memory"};
  EXPECT_EQ(EvaluationGroups(plan, {}), (std::vector<Indices>{{0, 1}, {2}}));
  EXPECT_EQ(NextEvaluations(plan, {}, {}), Indices({0, 1}));
}

TEST(VariantNames, AreEachThereOnce) {
  std::vector<PlannedStage> stages;
  for (const char* variant : {"a", "b", "a", "c", "d", "e", "f"}) {
    stages.emplace_back();
    stages.back().used_by = {{variant, 1, "distil"}};
  }
  const Plan plan = PlanOf(stages);
  EXPECT_EQ(VariantNames(plan, {0}), "a");
  EXPECT_EQ(VariantNames(plan, {1, 0, 2}), "b, a");
  EXPECT_EQ(VariantNames(plan, {0, 1, 2, 3, 4, 5, 6}), "a, b, c, d and 2 more");
}

TEST(UserNames, AreThoseOfAllWhoShareAStage) {
  std::vector<PlannedStage> stages(2);
  stages[0].used_by = {{"a", 1, "distil"}, {"b", 1, "distil"}};
  stages[1].used_by = {{"b", 2, "distil"}, {"c", 2, "distil"}};
  EXPECT_EQ(UserNames(PlanOf(stages), {0, 1}), "a, b, c");
}

}  // namespace
}  // namespace retort
