#ifndef RETORT_FRAMEWORK_DATA_TASK_GLUE_TASKS_H_
#define RETORT_FRAMEWORK_DATA_TASK_GLUE_TASKS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// The tasks of GLUE (Wang et al. 2019, arXiv:1804.07461) and how their official files are laid out.

namespace retort {

struct GlueSplit {
  std::string name;
  std::vector<std::string> files;  // Below the task's folder; the first one that is there, plain or packed.
  bool labelled = true;
};

struct GlueTask {
  std::string name;                  // "MRPC"
  std::vector<std::string> classes;  // In the order of their numbers; none: the label is a score.
  bool numbered = false;             // Labels are the classes' numbers, not their names.

  // Columns of the files with labels, and of those without. A column that is a number: there is no heading.
  std::vector<std::string> texts, unlabelled_texts;
  std::string label;
  std::vector<std::string> id, unlabelled_id;

  std::vector<GlueSplit> splits;
  bool skips_uneven = false;  // Rows of another number of columns than the heading has.
};

// The nine tasks, in alphabetical order. MNLI has the diagnostics (AX) as a split.
const std::vector<GlueTask>& GlueTasks();

// The task of this name, or null.
const GlueTask* FindGlueTask(absl::string_view name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_GLUE_TASKS_H_
