#include "plugins/data/glue/glue.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/data/examples/task_data.h"
#include "framework/data/task/glue_reader.h"
#include "framework/data/task/glue_tasks.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(GlueData, GlueDataConfig);

TaskDataOptions OptionsOf(const GlueDataConfig& config) { return {config.length(), config.examples()}; }

absl::StatusOr<const GlueTask*> TaskOf(const GlueDataConfig& config) {
  if (const GlueTask* task = FindGlueTask(config.task())) return task;
  std::vector<std::string> names;
  for (const GlueTask& task : GlueTasks()) names.push_back(task.name);
  return absl::InvalidArgumentError(
      absl::StrCat("want one of ", absl::StrJoin(names, ", "), ", got \"", config.task(), "\"",
                   config.task() == "AX" ? "; AX is the split \"diagnostic\" of MNLI" : ""));
}

}  // namespace

std::string GlueData::Evaluation(const GlueDataConfig& config) {
  const GlueTask* task = FindGlueTask(config.task());
  return task != nullptr && task->classes.empty() ? "regression" : "classification";
}

void GlueData::FillDefaults(GlueDataConfig* config) {
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, examples, 0);
}

void GlueData::Check(const std::string& place, const GlueDataConfig& config, Problems* problems) {
  if (const absl::Status task = TaskOf(config).status(); !task.ok()) problems->Add(place + "task", task.message());
  if (config.folder().empty()) problems->Add(place + "folder", "want a folder with the task's files, got none");
  CheckTaskDataOptions(place, OptionsOf(config), problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> GlueData::Create(const GlueDataConfig& config,
                                                               const TrainingDataContext&) {
  RETORT_ASSIGN_OR_RETURN(const GlueTask* const task, TaskOf(config));
  return std::make_unique<TaskData>(std::make_unique<GlueReader>(*task, config.folder()), OptionsOf(config),
                                    "glue " + config.ShortDebugString());
}

}  // namespace retort
