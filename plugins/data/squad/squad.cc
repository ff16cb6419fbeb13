#include "plugins/data/squad/squad.h"

#include <utility>

#include "framework/data/examples/task_reader.h"
#include "framework/data/squad/squad_data.h"

namespace retort {
namespace {

RETORT_REGISTER_TRAINING_DATA(SquadPlugin, SquadDataConfig);

SquadDataOptions OptionsOf(const SquadDataConfig& config) {
  SquadDataOptions options;
  for (const auto& [split, path] : {std::pair(kTrainSplit, config.train()), std::pair(kSelectSplit, config.select()),
                                    std::pair(kReportSplit, config.report()), std::pair(kTestSplit, config.test())}) {
    if (!path.empty()) options.paths[split] = path;
  }
  options.cut = {config.length(), config.stride(), config.question_length()};
  options.impossible = config.impossible();
  options.examples = config.examples();
  return options;
}

}  // namespace

void SquadPlugin::FillDefaults(SquadDataConfig* config) {
  const SquadCut cut;
  RETORT_DEFAULT(config, length, static_cast<int32_t>(cut.length));
  RETORT_DEFAULT(config, stride, static_cast<int32_t>(cut.stride));
  RETORT_DEFAULT(config, question_length, static_cast<int32_t>(cut.question_length));
  RETORT_DEFAULT(config, examples, 0);
  RETORT_DEFAULT(config, impossible, false);
}

void SquadPlugin::Check(const std::string& place, const SquadDataConfig& config, Problems* problems) {
  CheckSquadDataOptions(place, OptionsOf(config), problems);
}

absl::StatusOr<std::unique_ptr<TrainingData>> SquadPlugin::Create(const SquadDataConfig& config,
                                                                  const TrainingDataContext&) {
  return std::make_unique<SquadData>(OptionsOf(config), "squad " + config.ShortDebugString());
}

}  // namespace retort
