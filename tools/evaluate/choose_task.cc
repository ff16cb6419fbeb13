#include "tools/evaluate/choose_task.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/problems.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_config.h"
#include "framework/config/reflection.h"
#include "framework/config/text/parse.h"
#include "framework/data/training_data.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace retort {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::StatusOr<Data> ReadData(const std::string& task) {
  const PluginCatalogue& catalogue = PluginCatalogue::Global();
  Data data;
  if (absl::EndsWith(task, ".textproto")) {
    RETORT_RETURN_IF_ERROR(LoadText(task, catalogue, &data));
  } else {
    RETORT_RETURN_IF_ERROR(ParseText(task, "--task", catalogue, &data));
  }
  FillPluginDefaults(PluginKind::kData, /*data=*/nullptr, catalogue, data.mutable_plugin());
  Problems problems;
  CheckPlugin(PluginKind::kData, "--task", data.plugin(), catalogue, &problems);
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  return data;
}

// What is said, or the evaluation of such data.
absl::StatusOr<Evaluation> ReadEvaluation(const std::string& text, const Data& data) {
  const PluginCatalogue& catalogue = PluginCatalogue::Global();
  Evaluation evaluation;
  if (!text.empty()) {
    RETORT_RETURN_IF_ERROR(ParseText(text, "--evaluation", catalogue, &evaluation));
    return evaluation;
  }
  evaluation = EvaluationOfData(data, catalogue);
  if (evaluation.has_plugin()) return evaluation;
  return absl::InvalidArgumentError(
      absl::StrCat("--evaluation: want one, since such data has none of its own; linked: ",
                   catalogue.LinkedNames(PluginKind::kEvaluation)));
}

absl::Status SetSplit(const std::string& split, Evaluation* evaluation) {
  const std::unique_ptr<Message> config = UnpackAny(evaluation->plugin());
  if (split.empty() || config == nullptr) return absl::OkStatus();
  const FieldDescriptor* field = config->GetDescriptor()->FindFieldByName("split");
  if (field == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--split: want none, since ", AnyTypeName(evaluation->plugin()), " has no splits, got ", split));
  }
  config->GetReflection()->SetString(config.get(), field, split);
  PackAny(*config, evaluation->mutable_plugin());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChosenTask> ChooseTask(const std::string& task, const std::string& evaluation,
                                      const std::string& split) {
  const PluginCatalogue& catalogue = PluginCatalogue::Global();
  ChosenTask chosen;
  RETORT_ASSIGN_OR_RETURN(chosen.data, ReadData(task));
  RETORT_ASSIGN_OR_RETURN(const auto data, TrainingDataRegistry::Global().Create(chosen.data.plugin(), {}));
  chosen.description = data->Description();
  RETORT_ASSIGN_OR_RETURN(Evaluation choice, ReadEvaluation(evaluation, chosen.data));
  RETORT_RETURN_IF_ERROR(SetSplit(split, &choice));
  FillPluginDefaults(PluginKind::kEvaluation, &chosen.data, catalogue, choice.mutable_plugin());
  Problems problems;
  CheckPlugin(PluginKind::kEvaluation, "--evaluation", choice.plugin(), catalogue, &problems);
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  RETORT_ASSIGN_OR_RETURN(chosen.evaluator, EvaluatorRegistry::Global().Create(choice.plugin(), {}));
  return chosen;
}

}  // namespace retort
