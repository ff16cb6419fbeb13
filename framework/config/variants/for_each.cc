#include "framework/config/variants/for_each.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/config/text/overlay.h"
#include "framework/config/variants/validate/validate.h"
#include "google/protobuf/descriptor.h"

namespace retort {
namespace {

using google::protobuf::FieldDescriptor;

constexpr int kMostStages = 1000;  // Of an expanded experiment.

absl::Status Error(absl::string_view place, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", what));
}

std::string Place(const Task& task) { return absl::StrCat("for_each: task \"", task.name(), "\""); }

template <typename Items>
absl::Status CheckNames(const char* kind, const Items& items) {
  if (items.empty()) return Error(absl::StrCat("for_each: ", kind), "want at least one, got none");
  std::set<std::string> names;
  for (const auto& item : items) {
    const std::string place = absl::StrCat("for_each: ", kind, " \"", item.name(), "\": name");
    if (!IsPlainName(item.name())) return Error(place, "want at most 100 letters, digits, '_' and '-'");
    if (!names.insert(item.name()).second) return Error(place, "want each name once, got it twice");
  }
  return absl::OkStatus();
}

absl::Status CheckForEach(const Experiment& experiment) {
  const ForEach& for_each = experiment.for_each();
  RETORT_RETURN_IF_ERROR(CheckNames("task", for_each.task()));
  RETORT_RETURN_IF_ERROR(CheckNames("stage", for_each.stage()));
  if (!for_each.remove().empty()) return Error("for_each: remove", "want it in overlays only");
  const int64_t stages = int64_t{for_each.task_size()} * for_each.stage_size();
  if (stages > kMostStages) {
    return Error("for_each", absl::StrCat("want at most ", kMostStages, " stages of all tasks, got ", stages));
  }
  for (const Stage& stage : experiment.stage()) {
    if (FindNamed(for_each, *ForEach::descriptor()->FindFieldByName("stage"), stage.name()) < 0) continue;
    return Error(absl::StrCat("for_each: stage \"", stage.name(), "\": name"),
                 "want a name of its own, got that of a stage that all tasks share");
  }
  return absl::OkStatus();
}

// The stages of for_each under a task's overlay, as they are named there.
absl::StatusOr<Experiment> StagesOf(const ForEach& for_each, const Task& task) {
  for (const FieldDescriptor* field : SetFields(task.overlay())) {
    if (field->name() == "stage" || field->name() == "remove") continue;
    return Error(absl::StrCat(Place(task), ": overlay"),
                 absl::StrCat("want stages alone, got ", field->name(), ", which all tasks share"));
  }
  Experiment stages;
  *stages.mutable_stage() = for_each.stage();
  const absl::Status laid = Overlay(task.overlay(), &stages);
  if (!laid.ok()) return Error(Place(task), laid.message());
  if (stages.stage().empty()) return Error(Place(task), "want at least one stage, got none");
  return stages;
}

absl::Status AddStages(const Task& task, Experiment stages, std::set<std::string>* taken, Experiment* experiment) {
  std::set<std::string> references;
  for (const Stage& stage : stages.stage()) references.insert(absl::StrCat("@", stage.name()));
  const auto rename = [&](const std::string& text) {
    return references.count(text) > 0 ? absl::StrCat("@", task.name(), "_", text.substr(1)) : text;
  };
  for (Stage& stage : *stages.mutable_stage()) {
    EditStrings(rename, &stage);
    const std::string name = absl::StrCat(task.name(), "_", stage.name());
    if (!taken->insert(name).second) {
      return Error(Place(task), absl::StrCat("stage \"", stage.name(), "\": want a name of its own as \"", name,
                                             "\", got that of another stage; rename the task or the stage"));
    }
    stage.set_name(name);
    stage.set_task(task.name());
    *experiment->add_stage() = std::move(stage);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExpandForEach(Experiment* experiment) {
  if (!experiment->has_for_each()) return absl::OkStatus();
  RETORT_RETURN_IF_ERROR(CheckForEach(*experiment));
  std::set<std::string> taken;
  for (const Stage& stage : experiment->stage()) taken.insert(stage.name());
  for (const Task& task : experiment->for_each().task()) {
    RETORT_ASSIGN_OR_RETURN(Experiment stages, StagesOf(experiment->for_each(), task));
    RETORT_RETURN_IF_ERROR(AddStages(task, std::move(stages), &taken, experiment));
  }
  experiment->clear_for_each();
  return absl::OkStatus();
}

std::vector<std::string> TasksOf(const Experiment& experiment) {
  std::vector<std::string> tasks;
  for (const Stage& stage : experiment.stage()) {
    const bool known = std::find(tasks.begin(), tasks.end(), stage.task()) != tasks.end();
    if (!stage.task().empty() && !known) tasks.push_back(stage.task());
  }
  return tasks;
}

}  // namespace retort
