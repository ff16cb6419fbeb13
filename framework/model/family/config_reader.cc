#include "framework/model/family/config_reader.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr char kNewActivation[] =
    "choose a model with one of these, or add the function to Activation (framework/model/config/layer_spec.h) and "
    "Activate (framework/model/head.cc)";

}  // namespace

void ConfigReader::FailUnsupported(const char* option, const std::string& wanted) {
  status_.Update(fields_.Unsupported(option, wanted));
}

void ConfigReader::Integer(const char* option, int64_t* value, bool required) {
  if (required || Has(option)) Take(fields_.Int(option), value);
}

void ConfigReader::Real(const char* option, double* value) { Take(fields_.Double(option, *value), value); }

void ConfigReader::Boolean(const char* option, bool* value) { Take(fields_.Bool(option, *value), value); }

void ConfigReader::String(const char* option, std::string* value) {
  if (Has(option)) Take(fields_.String(option), value);
}

void ConfigReader::Strings(const char* option, std::vector<std::string>* value) {
  if (!Has(option)) return;
  const nlohmann::json& list = fields_.Get(option);
  std::vector<std::string> strings;
  for (const nlohmann::json& entry : list) {
    if (!list.is_array() || !entry.is_string()) return FailUnsupported(option, "a list of strings");
    strings.push_back(entry.get<std::string>());
  }
  *value = std::move(strings);
}

void ConfigReader::NumberedStrings(const char* option, std::vector<std::string>* value) {
  if (!Has(option)) return;
  const nlohmann::json& object = fields_.Get(option);
  std::vector<std::string> strings;
  for (size_t i = 0; i < object.size(); ++i) {
    const auto entry = object.is_object() ? object.find(std::to_string(i)) : object.end();
    if (entry == object.end() || !entry->is_string()) {
      return FailUnsupported(option, "an object of strings under 0, 1 and so on");
    }
    strings.push_back(entry->get<std::string>());
  }
  *value = std::move(strings);
}

void ConfigReader::Update(const absl::Status& status) {
  if (status.ok()) return;
  status_.Update(absl::Status(status.code(), fields_.Place(std::string(status.message()))));
}

void ConfigReader::ReadActivation(const char* option, Activation* value) {
  if (!Has(option)) return;
  // Names of transformers' activations; several are one function, written down or rounded differently.
  static const auto* const known = new std::map<nlohmann::json, Activation>{
      {"gelu", Activation::kGelu},
      {"gelu_python", Activation::kGelu},
      {"gelu_new", Activation::kGeluTanh},
      {"gelu_pytorch_tanh", Activation::kGeluTanh},
      {"gelu_python_tanh", Activation::kGeluTanh},
      {"gelu_fast", Activation::kGeluTanh},
      {"gelu_accurate", Activation::kGeluTanh},
      {"relu", Activation::kRelu},
      {"tanh", Activation::kTanh},
  };
  const nlohmann::json& name = fields_.Get(option);
  const auto found = known->find(name);
  if (found == known->end()) {
    std::vector<std::string> names;
    for (const auto& [known_name, activation] : *known) names.push_back(known_name.dump());
    const absl::Status unknown = fields_.Unsupported(option, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
    status_.Update(absl::Status(unknown.code(), absl::StrCat(unknown.message(), "; ", kNewActivation)));
    return;
  }
  *value = found->second;
}

void ConfigReader::Only(const char* option, const nlohmann::json& value) {
  if (Has(option) && fields_.Get(option) != value) FailUnsupported(option, value.dump());
}

void ConfigReader::Without(const char* option) {
  if (!fields_.Get(option).empty()) FailUnsupported(option, "none");
}

std::string ActivationOption(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      return "gelu_new";
    case Activation::kRelu:
      return "relu";
    case Activation::kTanh:
      return "tanh";
  }
  return "";
}

}  // namespace retort
