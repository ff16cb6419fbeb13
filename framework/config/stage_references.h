#ifndef RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_
#define RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// What Stage.from may be beside "@name": the experiment's teacher itself is trained ...
inline constexpr char kFromTeacher[] = "TEACHER";
// ... or the student begins as its `init` makes it, whatever was trained before.
inline constexpr char kFromInit[] = "INIT";

// The stage of an experiment that "@name" names, seen from a stage of a task: that task's own, <task>_name, if there is
// one, else the one called so. Null if there is none.
inline const Stage* FindReferenced(const Experiment& experiment, absl::string_view reference, const std::string& task) {
  if (!absl::StartsWith(reference, "@")) return nullptr;
  const absl::string_view name = reference.substr(1);
  const Stage* found = nullptr;
  for (const Stage& stage : experiment.stage()) {
    if (stage.name() == name && found == nullptr) found = &stage;
    if (!task.empty() && stage.name() == absl::StrCat(task, "_", name)) found = &stage;
  }
  return found;
}

// Whether a stage begins as the student's `init` makes it. Where none does, all go on from the teacher, and there is no
// student to initialise. REQUIRES: the experiment has its defaults.
inline bool BeginsFromInit(const Experiment& experiment) {
  return std::any_of(experiment.stage().begin(), experiment.stage().end(), [](const Stage& stage) {
    return !stage.has_augmentation() && (!stage.has_from() || stage.from() == kFromInit);
  });
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_
