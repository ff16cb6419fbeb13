#ifndef RETORT_PLUGINS_DATA_SQUAD_SQUAD_H_
#define RETORT_PLUGINS_DATA_SQUAD_SQUAD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/base/problems.h"
#include "framework/data/training_data.h"
#include "plugins/data/squad/squad.pb.h"

namespace retort {

// Questions whose answers stand in a text.
struct SquadPlugin {
  static std::string Evaluation(const SquadDataConfig&) { return "spans"; }
  static std::vector<std::string> Paths() { return {"train", "select", "report", "test"}; }
  static void FillDefaults(SquadDataConfig* config);
  static void Check(const std::string& place, const SquadDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const SquadDataConfig& config,
                                                              const TrainingDataContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_SQUAD_SQUAD_H_
