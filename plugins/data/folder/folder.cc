#include "plugins/data/folder/folder.h"

#include <map>
#include <utility>

#include "framework/data/examples/task_data.h"
#include "framework/data/task/folder_reader.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(FolderData, FolderDataConfig);

TaskDataOptions OptionsOf(const FolderDataConfig& config) { return {config.length(), config.examples()}; }

}  // namespace

void FolderData::FillDefaults(FolderDataConfig* config) {
  RETORT_DEFAULT(config, train, "train");
  RETORT_DEFAULT(config, report, "test");
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, examples, 0);
}

void FolderData::Check(const std::string& place, const FolderDataConfig& config, Problems* problems) {
  if (config.folder().empty()) problems->Add(place + "folder", "want a folder with those of the splits, got none");
  CheckTaskDataOptions(place, OptionsOf(config), problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> FolderData::Create(const FolderDataConfig& config,
                                                                 const TrainingDataContext&) {
  std::map<std::string, std::string> splits = {{kTrainSplit, config.train()}, {kReportSplit, config.report()}};
  if (!config.select().empty()) splits[kSelectSplit] = config.select();
  return std::make_unique<TaskData>(std::make_unique<FolderReader>(config.folder(), std::move(splits)),
                                    OptionsOf(config), "folder " + config.ShortDebugString());
}

}  // namespace retort
