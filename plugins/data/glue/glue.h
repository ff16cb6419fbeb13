#ifndef RETORT_PLUGINS_DATA_GLUE_GLUE_H_
#define RETORT_PLUGINS_DATA_GLUE_GLUE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/training_data.h"
#include "plugins/data/glue/glue.pb.h"

namespace retort {

// A task of GLUE in the layout of its official files (framework/data/task/glue_reader.h).
struct GlueData {
  static std::string Evaluation(const GlueDataConfig& config);
  static std::vector<std::string> Paths() { return {"folder"}; }
  static void FillDefaults(GlueDataConfig* config);
  static void Check(const std::string& place, const GlueDataConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<TrainingData>> Create(const GlueDataConfig& config,
                                                              const TrainingDataContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_DATA_GLUE_GLUE_H_
