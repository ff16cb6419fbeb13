#ifndef RETORT_PLUGINS_DATA_TABLE_TABLE_H_
#define RETORT_PLUGINS_DATA_TABLE_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/training_data.h"
#include "plugins/data/table/table.pb.h"

namespace retort {

// Texts with a class or a score, in tables.
struct TableData {
  static std::string Evaluation(const TableDataConfig& config);
  static std::vector<std::string> Paths() { return {"train", "select", "report", "test"}; }
  static void FillDefaults(TableDataConfig* config);
  static void Check(const std::string& place, const TableDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const TableDataConfig& config,
                                                              const TrainingDataContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_TABLE_TABLE_H_
