#include "framework/eval/sentences/sentence_modules.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"

namespace retort {
namespace {

using Json = nlohmann::json;

std::string StringOf(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

absl::StatusOr<SentenceModules> ReadModules(const std::string& root) {
  SentenceModules result;
  result.root = root;
  result.file = absl::StrCat(root, "/modules.json");
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(result.file));
  RETORT_ASSIGN_OR_RETURN(const Json modules, ParseStrictJson(text, result.file, JsonDialect::kPython));
  if (!modules.is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(result.file, ": want a list of modules, got something else"));
  }
  for (const Json& json : modules) {
    SentenceModule module;
    module.type = StringOf(json, "type");
    module.kind = module.type.substr(module.type.rfind('.') + 1);
    module.path = StringOf(json, "path");
    module.folder = module.path.empty() ? root : absl::StrCat(root, "/", module.path);
    result.modules.push_back(std::move(module));
  }
  return result;
}

}  // namespace

absl::StatusOr<std::optional<SentenceModules>> FindSentenceModules(const std::string& folder) {
  if (Exists(absl::StrCat(folder, "/modules.json"))) return ReadModules(folder);
  std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string around = path.has_parent_path() ? path.parent_path().string() : ".";
  if (!Exists(absl::StrCat(around, "/modules.json"))) return std::nullopt;
  RETORT_ASSIGN_OR_RETURN(SentenceModules modules, ReadModules(around));
  const std::string name = path.filename().string();
  const bool is_its = std::any_of(modules.modules.begin(), modules.modules.end(),
                                  [&](const SentenceModule& module) { return module.path == name; });
  if (!is_its) return std::nullopt;
  return modules;
}

absl::StatusOr<Json> ReadJsonObject(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_ASSIGN_OR_RETURN(Json json, ParseStrictJson(text, path, JsonDialect::kPython));
  RETORT_RETURN_IF_ERROR(JsonFields::Open(json, path).status());
  return json;
}

}  // namespace retort
