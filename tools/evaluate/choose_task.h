#ifndef RETORT_TOOLS_EVALUATE_CHOOSE_TASK_H_
#define RETORT_TOOLS_EVALUATE_CHOOSE_TASK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/eval/evaluator.h"

namespace retort {

// A task, and how good models are at it.
struct ChosenTask {
  Data data;                // With its defaults.
  std::string description;  // "glue (data/RTE)"
  std::unique_ptr<Evaluator> evaluator;
};

// Makes it of a program's flags, with the plugins that are linked. Reads no data.
//
// Args: task: the text of a data plugin's choice, "glue { task: \"RTE\" folder: \"RTE\" }", or a file of such text
// whose name ends in .textproto. evaluation: the text of an evaluation plugin's choice; empty: the evaluation that such
// data has. What it does not say is as in the task. split: of the data; empty: as the evaluation says.
// Errors, which begin with the flag: those of ParseText and LoadText; InvalidArgument for configurations that cannot
// be, for data without an evaluation, and for a split where the evaluation has none; those of the plugins.
absl::StatusOr<ChosenTask> ChooseTask(const std::string& task, const std::string& evaluation, const std::string& split);

}  // namespace retort

#endif  // RETORT_TOOLS_EVALUATE_CHOOSE_TASK_H_
