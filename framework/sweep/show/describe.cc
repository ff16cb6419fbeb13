#include "framework/sweep/show/describe.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "framework/config/variants/difference.h"
#include "framework/data/step_source.h"
#include "framework/sweep/plan/variant_names.h"
#include "framework/sweep/show/cost.h"
#include "framework/sweep/student/memory.h"

namespace retort {
namespace {

constexpr double kBytesPerParameterStored = 4;

// With the prefix of a unit that is to follow: "8.82 G", "950 ".
std::string Count(double value) {
  for (const auto& [unit, suffix] :
       {std::pair(1e15, "P"), std::pair(1e12, "T"), std::pair(1e9, "G"), std::pair(1e6, "M"), std::pair(1e3, "k")}) {
    if (value >= unit) return absl::StrFormat("%.3g %s", value / unit, suffix);
  }
  return absl::StrFormat("%.3g ", value);
}

// Of things that are counted: "8.82 M", "950".
std::string Number(double value) { return std::string(absl::StripSuffix(Count(value), " ")); }

std::string Duration(double seconds) {
  if (seconds < 90) return absl::StrFormat("%.0f s", seconds);
  if (seconds < 5400) return absl::StrFormat("%.0f min", seconds / 60);
  return absl::StrFormat("%.1f h", seconds / 3600);
}

// "1 layer", "3 layers"
std::string Several(int64_t count, absl::string_view thing) {
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

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

// "distil: 12 steps computed, once for 3 students, and kept in teacher_cache/...: about 1.2 MB"; empty: no teacher.
std::string DescribeTeacher(const Plan& plan, const CohortCost& cohort) {
  const TeacherCachePlan& teacher = cohort.teacher;
  if (teacher.name.empty()) return "";
  const auto taught = std::count_if(cohort.stages.begin(), cohort.stages.end(),
                                    [&](int index) { return plan.stages[index].reads_teacher; });
  std::string text = absl::StrCat(plan.stages[cohort.stages.front()].stage.name(), ": ");
  if (teacher.kept_steps > 0) absl::StrAppend(&text, teacher.kept_steps, " steps read from ", teacher.name);
  if (teacher.kept_steps == teacher.steps) return text;
  if (teacher.kept_steps > 0) absl::StrAppend(&text, ", ");
  absl::StrAppend(&text, Several(teacher.steps - teacher.kept_steps, "step"), " computed");
  if (taught > 1) absl::StrAppend(&text, ", once for ", taught, " students,");
  return absl::StrCat(text, DescribeChoice(teacher));
}

// A line for all cohorts that do the same with their teachers.
std::string DescribeTeachersOf(const Plan& plan, const std::vector<CohortCost>& cohorts) {
  std::vector<std::pair<std::string, int64_t>> lines;  // With the number of cohorts.
  for (const CohortCost& cohort : cohorts) {
    const std::string line = DescribeTeacher(plan, cohort);
    if (line.empty()) continue;
    const auto known = std::find_if(lines.begin(), lines.end(), [&](const auto& other) { return other.first == line; });
    if (known != lines.end()) {
      ++known->second;
    } else {
      lines.emplace_back(line, 1);
    }
  }
  std::string text;
  for (const auto& [line, count] : lines) {
    absl::StrAppend(&text, "  teacher of ", line, count > 1 ? absl::StrCat("; ", count, " such cohorts") : "", "\n");
  }
  return text;
}

std::string DescribeTime(const Cost& cost, const KnownSpeeds& speeds, int threads) {
  const std::optional<TimeEstimate> time = EstimateTime(cost, speeds, threads);
  if (!time) return "how long that takes here is known once something was trained";
  if (time->alike) return absl::StrFormat("about %s, as fast as earlier trainings like these", Duration(time->seconds));
  return absl::StrFormat("perhaps %s, as fast as earlier trainings that were unlike these", Duration(time->seconds));
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
  return absl::StrFormat("%d examples of %s, %d copies of each text by %s",
                         stage.augmentation().examples->examples.size(), stage.augmentation().data_description,
                         stage.stage.augmentation().copies(), stage.stage.augmentation().model());
}

std::string DescribeTraining(const PlannedStage& stage) {
  const TrainingWork& work = stage.training();
  const StepShape shape = MeanStep(*work.source);
  return absl::StrFormat("%s, about %s tokens, %.0f %% of positions padding; student of %s, %d wide, %s parameters",
                         Several(work.total_steps, "step"),
                         Number(static_cast<double>(work.total_steps * shape.tokens)), 100 * shape.padding_share(),
                         Several(stage.config.depth(), "layer"), stage.config.hidden_size,
                         Number(static_cast<double>(work.parameters)));
}

// Stages that are described in the same words.
struct DescribedStages {
  std::string name, text;
  std::vector<int> stages;
};

// Of those that are to be trained or augmented, in their order.
std::vector<DescribedStages> GroupStages(const Plan& plan, const StageIndices& done) {
  std::vector<DescribedStages> groups;
  for (int index = 0; index < static_cast<int>(plan.stages.size()); ++index) {
    const PlannedStage& stage = plan.stages[index];
    if (stage.evaluates() || done.count(index) > 0) continue;
    const std::string text = stage.augments() ? DescribeAugmentation(stage) : DescribeTraining(stage);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const DescribedStages& known) {
      return known.name == stage.stage.name() && known.text == text;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {stage.stage.name(), text, {}});
    group->stages.push_back(index);
  }
  return groups;
}

std::string DescribeStages(const Plan& plan, const StageIndices& done) {
  const std::vector<DescribedStages> groups = GroupStages(plan, done);
  std::string text;
  for (const DescribedStages& group : groups) {
    const auto same_name = std::count_if(groups.begin(), groups.end(),
                                         [&](const DescribedStages& other) { return other.name == group.name; });
    const std::string whose = same_name > 1 ? absl::StrCat(" of ", UserNames(plan, group.stages)) : "";
    absl::StrAppend(&text, "  stage ", group.name, whose, ": ", group.text, "\n");
  }
  return text;
}

// "12 GFLOP for students, 3 GFLOP for their teachers"; empty if nothing is to be trained.
std::string DescribeOperations(const Cost& cost) {
  std::vector<std::string> parts;
  for (const auto& [flops, what] :
       {std::pair(cost.student_flops, "for students"), std::pair(cost.teacher_flops, "for their teachers"),
        std::pair(cost.augmentation_flops, "for augmentation")}) {
    if (flops > 0) parts.push_back(absl::StrCat(Count(flops), "FLOP ", what));
  }
  return absl::StrJoin(parts, ", ");
}

std::string DescribeMemory(const Cost& cost) {
  std::vector<std::string> parts;
  if (!cost.cohorts.empty()) parts.push_back(absl::StrCat(Count(ProgramMemory(cost.memory)), "B to train"));
  if (cost.evaluation_memory > 0) {
    parts.push_back(absl::StrCat(Count(ProgramMemory(cost.evaluation_memory)), "B to evaluate"));
  }
  const std::string text = absl::StrCat("memory: about ", absl::StrJoin(parts, ", "));
  if (!cost.parted_by) return text;
  return absl::StrCat(text, ", in cohorts that fit into ", Count(cost.parted_by->bytes), "B (", cost.parted_by->bound,
                      ")");
}

// What is to be computed; empty if nothing is.
std::string DescribeCost(const Cost& cost, const KnownSpeeds& speeds, int threads) {
  std::string text;
  const std::string operations = DescribeOperations(cost);
  if (!operations.empty()) absl::StrAppend(&text, "  ", operations, "; ", DescribeTime(cost, speeds, threads), "\n");
  if (cost.stages_done == cost.stages) return text;
  absl::StrAppend(&text, "  ", DescribeMemory(cost));
  if (cost.stored_parameters > 0) {
    absl::StrAppend(&text, "; disk: ", Count(cost.stored_parameters * kBytesPerParameterStored), "B");
  }
  return absl::StrCat(text, "\n");
}

}  // namespace

std::string DescribePlan(const Plan& plan, const Store& store, const KnownSpeeds& speeds, int threads,
                         const TeacherCacheSettings& cache) {
  const Cost cost = CostOf(plan, store, cache);
  const auto variants = std::count_if(plan.sweep.variants.begin(), plan.sweep.variants.end(),
                                      [&](const ExpandedVariant& variant) { return plan.Has(variant.name); });
  std::string text =
      absl::StrFormat("%s: %s, %s %s\n", plan.sweep.name, Several(variants, "variant"),
                      plan.sweep.seeds.size() == 1 ? "seed" : "seeds", absl::StrJoin(plan.sweep.seeds, ", "));
  absl::StrAppend(&text, DescribeVariants(plan), DescribeStages(plan, store.Done(plan)));
  absl::StrAppend(&text, "  ", Several(cost.stages, "result"), ", ", cost.stages_done,
                  " of them there; to train: ", Several(static_cast<int64_t>(cost.cohorts.size()), "cohort"), "\n");
  absl::StrAppend(&text, DescribeCost(cost, speeds, threads));
  absl::StrAppend(&text, DescribeTeachersOf(plan, cost.cohorts));
  for (const std::string& teacher : plan.teachers) absl::StrAppend(&text, "  teacher ", teacher, "\n");
  for (const std::string& note : plan.notes) absl::StrAppend(&text, "  ", note, "\n");
  for (const std::string& warning : plan.warnings) absl::StrAppend(&text, "  warning: ", warning, "\n");
  return text;
}

}  // namespace retort
