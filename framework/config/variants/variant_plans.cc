#include "framework/config/variants/variant_plans.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/config/variants/validate/validate.h"
#include "google/protobuf/repeated_field.h"

namespace retort {
namespace {

constexpr size_t kMaxVariants = 1000;
constexpr char kTeacherName[] = "teacher";  // In reports, beside the variants.

absl::Status Error(absl::string_view place, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", what));
}

// The stage that leave_one_out names; null if there is none. `of_task`: whether it is one of for_each.
const Stage* FindStage(const Experiment& base, const std::string& name, bool* of_task) {
  for (const auto* stages : {&base.stage(), &base.for_each().stage()}) {
    for (const Stage& stage : *stages) {
      *of_task = stages != &base.stage();
      if (stage.name() == name) return &stage;
    }
  }
  return nullptr;
}

std::string StageNames(const Experiment& base) {
  std::vector<std::string> names;
  for (const Stage& stage : base.stage()) names.push_back(stage.name());
  for (const Stage& stage : base.for_each().stage()) names.push_back(stage.name());
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

// What an overlay that removes the loss carries: nothing new if it was not carried.
google::protobuf::RepeatedPtrField<std::string> CarryWithout(const std::string& loss, const Stage& stage) {
  google::protobuf::RepeatedPtrField<std::string> carry = stage.carry();
  carry.erase(std::remove(carry.begin(), carry.end(), loss), carry.end());
  if (carry.empty() && !stage.carry().empty()) *carry.Add() = "";
  return carry;
}

absl::Status PlanLeaveOneOut(const Sweep& sweep, const Experiment& base, std::vector<VariantPlan>* plans) {
  if (!sweep.has_leave_one_out()) return absl::OkStatus();
  const std::string& name = sweep.leave_one_out().stage();
  bool of_task = false;
  const Stage* stage = FindStage(base, name, &of_task);
  if (stage == nullptr) {
    return Error("leave_one_out: stage",
                 absl::StrCat("want the name of a stage (", StageNames(base), "), got \"", name, "\""));
  }
  if (stage->loss_size() < 2) {
    return Error("leave_one_out: stage",
                 absl::StrCat("want a stage of at least 2 losses, got \"", name, "\" with ", stage->loss_size()));
  }
  for (const Loss& loss : stage->loss()) {
    VariantPlan plan{absl::StrCat("no_", loss.name()), {Experiment()}};
    Experiment& change = plan.overlays[0];
    Stage* overlay = of_task ? change.mutable_for_each()->add_stage() : change.add_stage();
    overlay->set_name(name);
    overlay->add_remove(loss.name());
    *overlay->mutable_carry() = CarryWithout(loss.name(), *stage);
    plans->push_back(std::move(plan));
  }
  return absl::OkStatus();
}

absl::Status CheckAxis(const GridAxis& axis, std::set<std::string>* names) {
  const std::string place = absl::StrCat("grid \"", axis.name(), "\"");
  if (!IsPlainName(axis.name())) return Error(place, "name: want at most 100 letters, digits, '_' and '-'");
  if (!names->insert(axis.name()).second) return Error(place, "want one axis of this name, got two");
  if (axis.point().empty()) return Error(place, "want at least one point, got none");
  for (const Variant& point : axis.point()) {
    if (point.name().empty()) return Error(place, "want a name in each point, got one without");
    if (point.has_experiment()) return Error(place, "want an overlay in each point, got an experiment");
  }
  return absl::OkStatus();
}

absl::Status PlanGrid(const Sweep& sweep, std::vector<VariantPlan>* plans) {
  if (sweep.grid().empty()) return absl::OkStatus();
  std::vector<VariantPlan> product = {VariantPlan{}};
  std::set<std::string> axes;
  for (const GridAxis& axis : sweep.grid()) {
    RETORT_RETURN_IF_ERROR(CheckAxis(axis, &axes));
    if (product.size() * axis.point_size() > kMaxVariants) {
      return Error("grid", absl::StrCat("want at most ", kMaxVariants, " variants, got more"));
    }
    std::vector<VariantPlan> longer;
    for (const VariantPlan& plan : product) {
      for (const Variant& point : axis.point()) {
        VariantPlan next = plan;
        absl::StrAppend(&next.name, plan.name.empty() ? "" : ",", axis.name(), "=", point.name());
        next.overlays.push_back(point.overlay());
        longer.push_back(std::move(next));
      }
    }
    product = std::move(longer);
  }
  plans->insert(plans->end(), product.begin(), product.end());
  return absl::OkStatus();
}

absl::Status PlanOverlays(const Sweep& sweep, std::vector<VariantPlan>* plans) {
  for (const Variant& variant : sweep.variant()) {
    VariantPlan plan{variant.name(), {}};
    if (variant.has_experiment()) {
      if (variant.has_overlay()) {
        return Error(absl::StrCat("variant \"", variant.name(), "\""), "want an overlay or an experiment, got both");
      }
      plan.whole = &variant.experiment();
    } else {
      plan.overlays.push_back(variant.overlay());
    }
    plans->push_back(std::move(plan));
  }
  return absl::OkStatus();
}

// Names of folders, of which none is ".." and none is too long for a file system.
bool IsVariantName(absl::string_view name) {
  constexpr size_t kLongest = 200;
  if (name.size() > kLongest || std::none_of(name.begin(), name.end(), absl::ascii_isalnum)) return false;
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && absl::string_view("_-.,=+").find(c) == absl::string_view::npos) return false;
  }
  return true;
}

absl::Status CheckVariantNames(const std::vector<VariantPlan>& plans, bool controls) {
  std::map<std::string, std::string> taken = {{kBaseVariant, "is the sweep's own experiment"},
                                              {kTeacherName, "is the teacher's row in every report"}};
  if (controls) {
    taken[kInitOnlyVariant] = "is a control of every sweep (controls: NONE frees the name)";
    taken[kScratchVariant] = taken[kInitOnlyVariant];
  }
  for (const VariantPlan& plan : plans) {
    const std::string place = absl::StrCat("variant \"", plan.name, "\": name");
    if (!IsVariantName(plan.name))
      return Error(place, "want at most 200 letters, digits and any of _-.,=+, at least one of the first two");
    const auto [other, inserted] = taken.insert({plan.name, "is the name of another variant"});
    if (!inserted) return Error(place, absl::StrCat("want a name of its own, got one that ", other->second));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<VariantPlan>> PlanVariants(const Sweep& sweep, const Experiment& base) {
  std::vector<VariantPlan> plans;
  RETORT_RETURN_IF_ERROR(PlanLeaveOneOut(sweep, base, &plans));
  RETORT_RETURN_IF_ERROR(PlanGrid(sweep, &plans));
  RETORT_RETURN_IF_ERROR(PlanOverlays(sweep, &plans));
  RETORT_RETURN_IF_ERROR(CheckVariantNames(plans, sweep.controls() != Sweep::NONE));
  return plans;
}

}  // namespace retort
