#include "framework/config/variants/validate/check_carry.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/config/stage_references.h"

namespace retort {
namespace {

std::vector<std::string> LossNames(const Stage& stage) {
  std::vector<std::string> names;
  for (const Loss& loss : stage.loss()) names.push_back(loss.name());
  return names;
}

// Wants the name of a loss of `whose` stage.
void WantLoss(const std::string& place, const std::string& whose, const Stage& stage, const std::string& name,
              Problems* problems) {
  const std::vector<std::string> names = LossNames(stage);
  problems->Want(std::find(names.begin(), names.end(), name) != names.end(), place,
                 absl::StrCat("names of losses of ", whose, " (", absl::StrJoin(names, ", "), ")"),
                 absl::StrCat("\"", name, "\""));
}

}  // namespace

void CheckCarry(const std::string& place, const Experiment& experiment, const Stage& stage, Problems* problems) {
  if (stage.carry().empty()) return;
  const std::string field = place + "carry";
  if (stage.has_evaluation()) return problems->Add(field, "want it where something is trained");
  for (const std::string& name : stage.carry()) WantLoss(field, "this stage", stage, name, problems);
  if (!absl::StartsWith(stage.from(), "@")) {
    return problems->Add(field, absl::StrCat("want a stage that goes on with another's student (from: \"@name\"), got "
                                             "one from ",
                                             stage.from().empty() ? kFromInit : stage.from(),
                                             "; in an overlay, carry: \"\" carries nothing"));
  }
  const Stage* from = FindReferenced(experiment, stage.from(), stage.task());
  if (from == nullptr) return;
  const std::string whose = absl::StrCat("stage \"", from->name(), "\"");
  for (const std::string& name : stage.carry()) WantLoss(field, whose, *from, name, problems);
}

}  // namespace retort
