#include "framework/sweep/show/describe.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "framework/config/variants/difference.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

constexpr double kBytesPerParameterStored = 4;

std::string Count(double value) {
  for (const auto& [unit, suffix] :
       {std::pair(1e15, "P"), std::pair(1e12, "T"), std::pair(1e9, "G"), std::pair(1e6, "M"), std::pair(1e3, "k")}) {
    if (value >= unit) return absl::StrFormat("%.3g %s", value / unit, suffix);
  }
  return absl::StrFormat("%.3g ", value);
}

std::string Duration(double seconds) {
  if (seconds < 90) return absl::StrFormat("%.0f s", seconds);
  if (seconds < 5400) return absl::StrFormat("%.0f min", seconds / 60);
  return absl::StrFormat("%.1f h", seconds / 3600);
}

// What is still to be computed.
struct Cost {
  double student_flops = 0, teacher_flops = 0, augmentation_flops = 0;
  double memory = 0;             // Of the largest cohort.
  double evaluation_memory = 0;  // Of the most demanding evaluations that share a pass.
  double stored_parameters = 0;
  int stages = 0, stages_done = 0, cohorts = 0;
  std::vector<std::string> teachers;  // What each cohort does with its teacher; empty: it has none.
};

std::string Bytes(double bytes) { return absl::StrCat(Count(bytes), "B"); }

// Why the steps that are not read are kept or not.
std::string DescribeChoice(const TeacherCachePlan& teacher) {
  using Choice = TeacherCachePlan::Choice;
  const std::string it_takes = absl::StrCat(" and not kept, which would take about ", Bytes(teacher.bytes));
  switch (teacher.choice) {
    case Choice::kNothingToKeep:
      return "";
    case Choice::kKeep:
      return absl::StrCat(" and kept in ", teacher.name, ": about ", Bytes(teacher.bytes));
    case Choice::kOff:
      return absl::StrCat(it_takes, " (--teacher_cache_gb=0)");
    case Choice::kNoRoom:
      return absl::StrCat(it_takes, ", more than the ", Bytes(teacher.bytes_left), " that --teacher_cache_gb leaves");
    case Choice::kSlow:
      return absl::StrCat(it_takes, " and, to read again, ", Duration(teacher.read_seconds), ", more than the ",
                          Duration(teacher.saved_seconds), " of computing it");
  }
  return "";
}

// "distil: 12 steps computed, once for 3 students, and kept in teacher_cache/...: about 1.2 MB"
std::string DescribeCohortTeacher(const Plan& plan, const std::vector<int>& cohort, const TeacherCachePlan& teacher) {
  if (teacher.name.empty()) return "";
  const auto taught =
      std::count_if(cohort.begin(), cohort.end(), [&](int index) { return plan.stages[index].reads_teacher; });
  std::string text = absl::StrCat(plan.stages[cohort.front()].stage.name(), ": ");
  if (teacher.kept_steps > 0) absl::StrAppend(&text, teacher.kept_steps, " steps read from ", teacher.name);
  if (teacher.kept_steps == teacher.steps) return text;
  if (teacher.kept_steps > 0) absl::StrAppend(&text, ", ");
  absl::StrAppend(&text, teacher.steps - teacher.kept_steps, " steps computed");
  if (taught > 1) absl::StrAppend(&text, ", once for ", taught, " students,");
  return absl::StrCat(text, DescribeChoice(teacher));
}

Cost CostOf(const Plan& plan, const Store& store, const TeacherCacheSettings& cache) {
  Cost cost;
  const StageIndices done = store.Done(plan);
  cost.stages = static_cast<int>(plan.stages.size());
  cost.stages_done = static_cast<int>(done.size());
  for (const std::vector<int>& cohort : Cohorts(plan, done, {})) {
    ++cost.cohorts;
    double teacher_flops = 0;
    std::vector<TrainingMemory> members;
    for (int index : cohort) {
      const TrainingWork& work = plan.stages[index].training();
      cost.student_flops += work.student_flops;
      cost.stored_parameters += static_cast<double>(work.parameters);
      teacher_flops = std::max(teacher_flops, work.teacher_flops);
      members.push_back(work.memory);
    }
    const TeacherCachePlan teacher = PlanTeacherCache(plan, cohort, store, cache);
    cost.teacher_flops += std::max(0.0, teacher_flops - teacher.kept_flops);
    cost.teachers.push_back(DescribeCohortTeacher(plan, cohort, teacher));
    cost.memory = std::max(cost.memory, CohortMemory(members));
  }
  for (size_t index = 0; index < plan.stages.size(); ++index) {
    const PlannedStage& stage = plan.stages[index];
    if (!stage.augments() || done.count(static_cast<int>(index)) > 0) continue;
    cost.augmentation_flops += stage.augmentation().flops;
    cost.evaluation_memory = std::max(cost.evaluation_memory, SharedEvaluationMemory({stage.augmentation().memory}));
  }
  for (const std::vector<int>& group : EvaluationGroups(plan, done)) {
    std::vector<EvaluationMemory> members;
    for (int index : group) members.push_back(plan.stages[index].evaluation().memory);
    cost.evaluation_memory = std::max(cost.evaluation_memory, SharedEvaluationMemory(members));
  }
  return cost;
}

double Seconds(const Cost& cost, double flops_per_second) {
  return (cost.student_flops + cost.teacher_flops + cost.augmentation_flops) / flops_per_second;
}

std::string DescribeTime(const Cost& cost, std::optional<double> flops_per_second) {
  if (!flops_per_second) return "how long that takes here is known once something was trained";
  return absl::StrFormat("about %s of training at %sFLOP/s, the speed of the last one",
                         Duration(Seconds(cost, *flops_per_second)), Count(*flops_per_second));
}

std::string DescribeVariants(const Plan& plan) {
  std::string text;
  const Experiment& base = plan.base().experiment;
  for (const ExpandedVariant& variant : plan.sweep.variants) {
    if (!plan.Has(variant.name)) continue;
    const std::string difference = DescribeDifference(base, variant.experiment);
    absl::StrAppend(&text, "  ", variant.name, "\n");
    if (!difference.empty()) {
      absl::StrAppend(&text, "      ", absl::StrReplaceAll(absl::StripSuffix(difference, "\n"), {{"\n", "\n      "}}),
                      "\n");
    }
  }
  return text;
}

std::string DescribeAugmentation(const PlannedStage& stage) {
  return absl::StrFormat("  stage %s: %d examples of %s, %d copies of each text by %s\n", stage.stage.name(),
                         stage.augmentation().examples->examples.size(), stage.augmentation().data_description,
                         stage.stage.augmentation().copies(), stage.stage.augmentation().model());
}

// Of all positions of a step; what the mean step is rounded to may hold more tokens than it has positions.
double PaddingShare(const StepShape& shape) {
  const auto positions = static_cast<double>(shape.sequences * shape.positions);
  return std::max(0.0, 1 - static_cast<double>(shape.tokens) / positions);
}

std::string DescribeStages(const Plan& plan) {
  std::string text;
  std::set<std::string> seen;
  for (const PlannedStage& stage : plan.stages) {
    if (stage.augments()) absl::StrAppend(&text, DescribeAugmentation(stage));
    if (!stage.trains()) continue;
    const TrainingWork& work = stage.training();
    const StepShape shape = MeanStep(*work.source);
    const std::string line = absl::StrFormat(
        "  stage %s: %d steps, about %stokens, %.0f %% of positions padding; student of %d layers, %d wide, "
        "%sparameters\n",
        stage.stage.name(), work.total_steps, Count(static_cast<double>(work.total_steps * shape.tokens)),
        100 * PaddingShare(shape), stage.config.depth(), stage.config.hidden_size,
        Count(static_cast<double>(work.parameters)));
    if (seen.insert(line).second) absl::StrAppend(&text, line);
  }
  return text;
}

}  // namespace

double EstimateSeconds(const Plan& plan, const Store& store, double flops_per_second) {
  return Seconds(CostOf(plan, store, {}), flops_per_second);
}

std::string DescribePlan(const Plan& plan, const Store& store, std::optional<double> flops_per_second,
                         const TeacherCacheSettings& cache) {
  const Cost cost = CostOf(plan, store, cache);
  const auto variants = std::count_if(plan.sweep.variants.begin(), plan.sweep.variants.end(),
                                      [&](const ExpandedVariant& variant) { return plan.Has(variant.name); });
  std::string text =
      absl::StrFormat("%s: %d variants, seeds %s\n", plan.sweep.name, variants, absl::StrJoin(plan.sweep.seeds, ", "));
  absl::StrAppend(&text, DescribeVariants(plan), DescribeStages(plan));
  absl::StrAppend(&text, absl::StrFormat("  %d results, %d of them there; to train: %d cohorts\n", cost.stages,
                                         cost.stages_done, cost.cohorts));
  const std::string augmentation =
      cost.augmentation_flops == 0 ? ""
                                   : absl::StrFormat(", about %sFLOP for augmentation", Count(cost.augmentation_flops));
  absl::StrAppend(&text,
                  absl::StrFormat("  %sFLOP for students, %sFLOP for teachers%s; %s\n", Count(cost.student_flops),
                                  Count(cost.teacher_flops), augmentation, DescribeTime(cost, flops_per_second)));
  absl::StrAppend(
      &text, absl::StrFormat("  memory: about %sB to train, %sB to evaluate; disk: %sB\n",
                             Count(ProgramMemory(cost.memory)), Count(EvaluatingProgramMemory(cost.evaluation_memory)),
                             Count(cost.stored_parameters * kBytesPerParameterStored)));
  for (const std::string& teacher : cost.teachers) {
    if (!teacher.empty()) absl::StrAppend(&text, "  teacher of ", teacher, "\n");
  }
  for (const std::string& teacher : plan.teachers) absl::StrAppend(&text, "  teacher ", teacher, "\n");
  for (const std::string& note : plan.notes) absl::StrAppend(&text, "  ", note, "\n");
  for (const std::string& warning : plan.warnings) absl::StrAppend(&text, "  warning: ", warning, "\n");
  return text;
}

}  // namespace retort
