#ifndef RETORT_PLUGINS_DATA_FOLDER_FOLDER_H_
#define RETORT_PLUGINS_DATA_FOLDER_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/training_data.h"
#include "plugins/data/folder/folder.pb.h"

namespace retort {

// Texts that lie in a folder per class (framework/data/task/folder_reader.h).
struct FolderData {
  static std::string Evaluation(const FolderDataConfig&) { return "classification"; }
  static std::vector<std::string> Paths() { return {"folder"}; }
  static void FillDefaults(FolderDataConfig* config);
  static void Check(const std::string& place, const FolderDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const FolderDataConfig& config,
                                                              const TrainingDataContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_FOLDER_FOLDER_H_
