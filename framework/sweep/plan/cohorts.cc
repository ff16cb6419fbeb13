#include "framework/sweep/plan/cohorts.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

// What tells the teachers of a cohort apart: stages that name the same one share its forward pass. Empty if none is
// read.
std::string TeacherName(const Plan& plan, const PlannedStage& stage) {
  if (!stage.reads_teacher) return "";
  const std::string dropout = stage.teacher_dropout ? absl::StrCat(" dropout ", stage.seed) : "";
  return (stage.teacher >= 0 ? plan.stages[stage.teacher].key : stage.checkpoint) + dropout;
}

bool HoldsTraining(const Plan& plan, const std::vector<int>& cohort, int added) {
  if (!plan.memory) return true;
  std::vector<TrainingMemory> members = {plan.stages[added].training().memory};
  for (int index : cohort) members.push_back(plan.stages[index].training().memory);
  return ProgramMemory(CohortMemory(members, plan.students_at_once)) <= plan.memory->bytes;
}

bool HoldsEvaluation(const Plan& plan, const std::vector<int>& group, int added) {
  if (!plan.memory) return true;
  std::vector<EvaluationMemory> members = {plan.stages[added].evaluation().memory};
  for (int index : group) members.push_back(plan.stages[index].evaluation().memory);
  return ProgramMemory(SharedEvaluationMemory(members)) <= plan.memory->bytes;
}

std::vector<int> NextCohort(const Plan& plan, const StageIndices& done, const StageIndices& failed) {
  std::vector<int> cohort;
  std::string key, teacher;
  for (int index = 0; index < static_cast<int>(plan.stages.size()); ++index) {
    const PlannedStage& stage = plan.stages[index];
    const bool open = done.count(index) == 0 && failed.count(index) == 0;
    if (!stage.trains() || !open || !SourcesAreDone(stage, done)) continue;
    const std::string name = TeacherName(plan, stage);
    if (cohort.empty()) key = stage.training().cohort;
    if (stage.training().cohort != key || (!name.empty() && !teacher.empty() && name != teacher)) continue;
    if (!cohort.empty() && !HoldsTraining(plan, cohort, index)) continue;
    if (teacher.empty()) teacher = name;
    cohort.push_back(index);
  }
  return cohort;
}

constexpr size_t kMostEvaluatedTogether = 8;

bool CanShareAPass(const PlannedStage& a, const PlannedStage& b) {
  return a.evaluation().teacher_scores_key == b.evaluation().teacher_scores_key && a.vocabulary == b.vocabulary &&
         a.evaluation().evaluation.examples == b.evaluation().evaluation.examples;
}

}  // namespace

bool SourcesAreDone(const PlannedStage& stage, const StageIndices& done) {
  const auto is_done = [&](int source) { return source < 0 || done.count(source) > 0; };
  return is_done(stage.student) && is_done(stage.teacher) && is_done(stage.init_teacher) && is_done(stage.augmented);
}

int NextAugmentation(const Plan& plan, const StageIndices& done, const StageIndices& closed) {
  for (int index = 0; index < static_cast<int>(plan.stages.size()); ++index) {
    if (plan.stages[index].augments() && done.count(index) == 0 && closed.count(index) == 0) return index;
  }
  return -1;
}

std::vector<std::vector<int>> Cohorts(const Plan& plan, StageIndices done, const StageIndices& failed) {
  for (int next; (next = NextAugmentation(plan, done, failed)) >= 0;) done.insert(next);
  std::vector<std::vector<int>> cohorts;
  while (true) {
    std::vector<int> cohort = NextCohort(plan, done, failed);
    if (cohort.empty()) return cohorts;
    done.insert(cohort.begin(), cohort.end());
    cohorts.push_back(std::move(cohort));
  }
}

bool ArePartedByMemory(const Plan& plan, const StageIndices& done) {
  if (!plan.memory) return false;
  Plan unbounded = plan;
  unbounded.memory.reset();
  return Cohorts(plan, done, {}).size() > Cohorts(unbounded, done, {}).size();
}

std::vector<int> NextEvaluations(const Plan& plan, const StageIndices& done, const StageIndices& closed) {
  std::vector<int> group;
  for (int index = 0; index < static_cast<int>(plan.stages.size()) && group.size() < kMostEvaluatedTogether; ++index) {
    const PlannedStage& stage = plan.stages[index];
    const bool open = done.count(index) == 0 && closed.count(index) == 0;
    if (!stage.evaluates() || !open || !SourcesAreDone(stage, done)) continue;
    const bool joins =
        group.empty() || (CanShareAPass(plan.stages[group.front()], stage) && HoldsEvaluation(plan, group, index));
    if (joins) group.push_back(index);
  }
  return group;
}

std::vector<std::vector<int>> EvaluationGroups(const Plan& plan, StageIndices done) {
  for (int index = 0; index < static_cast<int>(plan.stages.size()); ++index) {
    if (!plan.stages[index].evaluates()) done.insert(index);
  }
  std::vector<std::vector<int>> groups;
  while (true) {
    std::vector<int> group = NextEvaluations(plan, done, {});
    if (group.empty()) return groups;
    done.insert(group.begin(), group.end());
    groups.push_back(std::move(group));
  }
}

}  // namespace retort
