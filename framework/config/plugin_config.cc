#include "framework/config/plugin_config.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "framework/config/reflection.h"
#include "google/protobuf/message.h"

namespace retort {

using google::protobuf::Any;
using google::protobuf::Message;

const PluginEntry* ChosenPlugin(PluginKind kind, const Any& choice, const PluginCatalogue& catalogue) {
  const auto entry = catalogue.FindByConfig(kind, AnyTypeName(choice));
  return entry.ok() ? catalogue.Find(kind, entry->name) : nullptr;
}

void FillPluginDefaults(PluginKind kind, const Data* data, const PluginCatalogue& catalogue, Any* choice) {
  const PluginEntry* entry = ChosenPlugin(kind, *choice, catalogue);
  if (entry == nullptr || entry->rules.fill_defaults == nullptr) return;
  const std::unique_ptr<Message> config = UnpackAny(*choice);
  if (config == nullptr) return;
  const std::unique_ptr<Message> data_config = data == nullptr ? nullptr : UnpackAny(data->plugin());
  entry->rules.fill_defaults(data_config.get(), config.get());
  PackAny(*config, choice);
}

void CheckPlugin(PluginKind kind, const std::string& place, const Any& choice, const PluginCatalogue& catalogue,
                 Problems* problems) {
  const PluginEntry* entry = ChosenPlugin(kind, choice, catalogue);
  if (entry == nullptr) {
    const std::string name(PluginKindName(kind));
    const char* article = name.front() == 'e' || name.front() == 'i' ? "an " : "a ";
    return problems->Add(
        place, absl::StrCat("want ", article, name, " plugin, got none; linked: ", catalogue.LinkedNames(kind)));
  }
  if (entry->rules.check == nullptr) return;
  const std::unique_ptr<Message> config = UnpackAny(choice);
  if (config == nullptr) return problems->Add(place, absl::StrCat("want the bytes of a ", AnyTypeName(choice)));
  entry->rules.check(absl::StrCat(place, ": ", entry->name, ": "), *config, problems);
}

void ClearPaths(PluginKind kind, const PluginCatalogue& catalogue, Any* choice) {
  const PluginEntry* entry = ChosenPlugin(kind, *choice, catalogue);
  if (entry == nullptr) return;
  const std::unique_ptr<Message> config = UnpackAny(*choice);
  for (const std::string& path : entry->rules.paths) {
    config->GetReflection()->ClearField(config.get(), config->GetDescriptor()->FindFieldByName(path));
  }
  PackAny(*config, choice);
}

Evaluation EvaluationOfData(const Data& data, const PluginCatalogue& catalogue) {
  Evaluation evaluation;
  const PluginEntry* chosen = ChosenPlugin(PluginKind::kData, data.plugin(), catalogue);
  if (chosen == nullptr || chosen->rules.evaluation == nullptr) return evaluation;
  const std::unique_ptr<Message> config = UnpackAny(data.plugin());
  if (config == nullptr) return evaluation;
  const PluginEntry* entry = catalogue.Find(PluginKind::kEvaluation, chosen->rules.evaluation(*config));
  if (entry == nullptr) return evaluation;
  evaluation.mutable_plugin()->set_type_url("type.googleapis.com/" + entry->config->full_name());
  return evaluation;
}

bool EvaluatesSome(const Evaluation& evaluation) {
  const std::unique_ptr<Message> config = UnpackAny(evaluation.plugin());
  if (config == nullptr) return false;
  const auto* field = config->GetDescriptor()->FindFieldByName("sequences");
  return field != nullptr && config->GetReflection()->HasField(*config, field);
}

Evaluation EvaluationWhileTraining(const Stage& stage, const PluginCatalogue& catalogue) {
  Evaluation evaluation = EvaluationOfData(stage.data(), catalogue);
  const std::unique_ptr<Message> config = UnpackAny(evaluation.plugin());
  if (config == nullptr) return evaluation;
  for (const char* field : {"split", "sequences"}) {
    if (config->GetDescriptor()->FindFieldByName(field) != nullptr)
      InheritField(&stage.evaluate(), field, config.get());
  }
  PackAny(*config, evaluation.mutable_plugin());
  FillPluginDefaults(PluginKind::kEvaluation, &stage.data(), catalogue, evaluation.mutable_plugin());
  return evaluation;
}

}  // namespace retort
