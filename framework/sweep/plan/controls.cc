#include "framework/sweep/plan/controls.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/config/stage_references.h"
#include "framework/config/text/parse.h"
#include "framework/train/objective/objective.h"

namespace retort {
namespace {

// Leaves the gold losses of each training stage, and drops stages without any.
absl::StatusOr<Experiment> GoldOnly(const IsGold& is_gold, const Experiment& base, std::vector<std::string>* dropped) {
  Experiment control = base;
  control.clear_stage();
  std::map<std::string, std::string> replaced;  // "@dropped" -> what its successors go on from.
  for (const Stage& stage : base.stage()) {
    Stage kept = stage;
    kept.clear_loss();
    kept.clear_carry();
    for (const Loss& loss : stage.loss()) {
      RETORT_ASSIGN_OR_RETURN(const bool gold, is_gold(base, stage, loss));
      if (gold && IsComputed(loss)) *kept.add_loss() = loss;
    }
    const auto moved = replaced.find(kept.from());
    if (moved != replaced.end()) {
      kept.set_from(moved->second);
      if (moved->second.empty()) kept.clear_from();
    }
    if (replaced.count(kept.teacher()) > 0) kept.clear_teacher();
    if (stage.loss_size() > 0 && kept.loss_size() == 0) {
      replaced[absl::StrCat("@", stage.name())] = kept.from();
      dropped->push_back(stage.name());
      continue;
    }
    *control.add_stage() = std::move(kept);
  }
  Init* init = control.mutable_student()->mutable_init();
  if (replaced.count(init->teacher()) > 0) init->clear_teacher();
  return control;
}

}  // namespace

absl::Status AddControls(const IsGold& is_gold, ExpandedSweep* sweep, std::vector<std::string>* warnings) {
  const Experiment& base = sweep->variants.front().experiment;
  if (!BeginsFromInit(base)) {
    warnings->push_back(absl::StrCat("controls: no stage begins as the student's init; ", kInitOnlyVariant, " and ",
                                     kScratchVariant, " would be the base again and are left out"));
    return absl::OkStatus();
  }
  std::vector<std::string> dropped;
  RETORT_ASSIGN_OR_RETURN(Experiment init_only, GoldOnly(is_gold, base, &dropped));
  for (const std::string& stage : dropped) {
    warnings->push_back(absl::StrCat("controls: stage \"", stage, "\" has no loss that is learnt from the text alone; ",
                                     kInitOnlyVariant, " and ", kScratchVariant, " leave it out"));
  }
  Experiment scratch = init_only;
  scratch.mutable_student()->clear_init();
  Experiment random;
  RETORT_RETURN_IF_ERROR(
      ParseText("student { init { random_normal {} } }", "control scratch", PluginCatalogue::Global(), &random));
  *scratch.mutable_student()->mutable_init() = random.student().init();
  sweep->variants.push_back({kInitOnlyVariant, std::move(init_only)});
  sweep->variants.push_back({kScratchVariant, std::move(scratch)});
  return absl::OkStatus();
}

}  // namespace retort
