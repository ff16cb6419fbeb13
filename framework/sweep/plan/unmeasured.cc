#include "framework/sweep/plan/unmeasured.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace retort {
namespace {

// A stage of a variant with the first seed: as it was written, and planned.
struct VariantStage {
  const Stage* stage;
  int planned;
};

std::vector<VariantStage> StagesOf(const Plan& plan, const ExpandedVariant& variant) {
  std::vector<VariantStage> stages;
  for (const Stage& stage : variant.experiment.stage()) {
    stages.push_back({&stage, plan.Find(variant.name, plan.sweep.seeds.front(), stage.name())});
  }
  return stages;
}

// What the sweep's file calls the stage: for_each puts the task before its name.
std::string NameInFile(const Stage& stage) {
  absl::string_view name = stage.name();
  if (!stage.task().empty()) absl::ConsumePrefix(&name, stage.task() + "_");
  return std::string(name);
}

bool IsRead(const Plan& plan, const std::vector<VariantStage>& stages, int index) {
  return std::any_of(stages.begin(), stages.end(), [&](const VariantStage& other) {
    const PlannedStage& reader = plan.stages[other.planned];
    return reader.student == index || reader.teacher == index || reader.init_teacher == index;
  });
}

// Where the evaluation that would measure the stage `unread` stands: the last one of its task, else the last one; the
// number of stages where there is none.
size_t EvaluationFor(const Plan& plan, const std::vector<VariantStage>& stages, size_t unread) {
  size_t found = stages.size();
  bool of_task = false;
  for (size_t s = 0; s < stages.size(); ++s) {
    if (!plan.stages[stages[s].planned].evaluates()) continue;
    const bool same_task = stages[s].stage->task() == stages[unread].stage->task();
    if (of_task && !same_task) continue;
    found = s;
    of_task = same_task;
  }
  return found;
}

// What is to be done about a stage that no stage reads.
std::string WayOut(const std::vector<VariantStage>& stages, size_t unread, size_t evaluation) {
  const std::string name = NameInFile(*stages[unread].stage);
  const std::string evaluated_by = NameInFile(*stages[evaluation].stage);
  const std::string move = evaluation > unread ? "" : absl::StrCat("put it before \"", evaluated_by, "\", or ");
  return absl::StrCat(move, "give \"", evaluated_by, "\" from: \"@", name, "\"");
}

// The warnings of one variant, without its name.
std::vector<std::string> WarningsOf(const Plan& plan, const std::vector<VariantStage>& stages) {
  std::vector<std::string> warnings;
  for (size_t s = 0; s < stages.size(); ++s) {
    const size_t evaluation = EvaluationFor(plan, stages, s);
    const int index = stages[s].planned;
    if (evaluation == stages.size() || !plan.stages[index].trains() || IsRead(plan, stages, index)) continue;
    warnings.push_back(absl::StrCat("stage \"", stages[s].stage->name(), "\": it trains what no evaluation measures; ",
                                    WayOut(stages, s, evaluation)));
  }
  return warnings;
}

}  // namespace

void WarnOfUnmeasured(Plan* plan) {
  std::vector<std::pair<std::string, std::vector<std::string>>> variants;  // By warning.
  for (const ExpandedVariant& variant : plan->sweep.variants) {
    if (!plan->Has(variant.name)) continue;
    for (std::string& warning : WarningsOf(*plan, StagesOf(*plan, variant))) {
      const auto known =
          std::find_if(variants.begin(), variants.end(), [&](const auto& entry) { return entry.first == warning; });
      const auto entry = known == variants.end() ? variants.insert(known, {std::move(warning), {}}) : known;
      entry->second.push_back(absl::StrCat("\"", variant.name, "\""));
    }
  }
  for (const auto& [warning, names] : variants) {
    plan->warnings.push_back(
        absl::StrCat(names.size() == 1 ? "variant " : "variants ", absl::StrJoin(names, ", "), ": ", warning));
  }
}

}  // namespace retort
