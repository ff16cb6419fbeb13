#include "framework/eval/sentence_pooling.h"

#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/strict_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr SentencePooling kPoolings[] = {SentencePooling::kMean, SentencePooling::kFirst, SentencePooling::kMax,
                                         SentencePooling::kWeightedMean, SentencePooling::kLast};

// sentence-transformers' names of a pooling: as a value of `pooling_mode`, and as an option that is true.
struct PoolingName {
  const char* mode;
  const char* option;
  SentencePooling pooling;
};
constexpr PoolingName kNames[] = {
    {"cls", "pooling_mode_cls_token", SentencePooling::kFirst},
    {"max", "pooling_mode_max_tokens", SentencePooling::kMax},
    {"mean", "pooling_mode_mean_tokens", SentencePooling::kMean},
    {"mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", SentencePooling::kMean},
    {"weightedmean", "pooling_mode_weightedmean_tokens", SentencePooling::kWeightedMean},
    {"lasttoken", "pooling_mode_lasttoken", SentencePooling::kLast},
};

absl::Status Invalid(const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

absl::StatusOr<Json> ReadJson(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseStrictJson(text, path, JsonDialect::kPython);
}

std::string StringOf(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "Pooling" of "sentence_transformers.models.Pooling".
std::string KindOf(const Json& module) {
  const std::string type = StringOf(module, "type");
  return type.substr(type.rfind('.') + 1);
}

// The modes that a Pooling module's configuration turns on.
std::vector<std::string> ModesOf(const Json& config) {
  if (const auto found = config.find("pooling_mode"); found != config.end()) {
    const Json& mode = found->is_array() && found->size() == 1 ? found->front() : *found;
    return {mode.is_string() ? mode.get<std::string>() : mode.dump()};
  }
  std::vector<std::string> modes;
  for (const auto& [option, value] : config.items()) {
    if (option.rfind("pooling_mode_", 0) == 0 && value == true) modes.push_back(option);
  }
  return modes;
}

absl::StatusOr<SentencePooling> ReadPooling(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const Json config, ReadJson(path));
  if (!config.is_object()) return Invalid(path, "want an object, got something else");
  const std::vector<std::string> modes = ModesOf(config);
  // The library's default where the file says nothing.
  if (modes.empty()) {
    if (!config.contains("pooling_mode_mean_tokens")) return SentencePooling::kMean;
    return Invalid(path, "want one pooling, got none that is true");
  }
  if (modes.size() > 1) {
    return Invalid(path, absl::StrCat("want one pooling, got ", absl::StrJoin(modes, " and ")));
  }
  for (const PoolingName& name : kNames) {
    if (modes.front() == name.mode || modes.front() == name.option) return name.pooling;
  }
  return Invalid(path, absl::StrCat("pooling ", modes.front(), " is not computed here"));
}

// Where the modules of the folder's model are said; none: nowhere.
absl::StatusOr<std::optional<std::pair<std::string, Json>>> FindModules(const std::string& folder) {
  const std::string own = absl::StrCat(folder, "/modules.json");
  if (Exists(own)) {
    RETORT_ASSIGN_OR_RETURN(Json modules, ReadJson(own));
    return std::pair(folder, std::move(modules));
  }
  std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string around = path.has_parent_path() ? path.parent_path().string() : ".";
  const std::string file = absl::StrCat(around, "/modules.json");
  if (!Exists(file)) return std::nullopt;
  RETORT_ASSIGN_OR_RETURN(Json modules, ReadJson(file));
  for (const Json& module : modules) {
    if (StringOf(module, "path") == path.filename().string()) return std::pair(around, std::move(modules));
  }
  return std::nullopt;
}

}  // namespace

const char* SentencePoolingName(SentencePooling pooling) {
  switch (pooling) {
    case SentencePooling::kMean:
      return "mean";
    case SentencePooling::kFirst:
      return "first";
    case SentencePooling::kMax:
      return "max";
    case SentencePooling::kWeightedMean:
      return "weighted_mean";
    case SentencePooling::kLast:
      return "last";
  }
  return "";
}

absl::StatusOr<SentencePooling> ParseSentencePooling(const std::string& name) {
  std::vector<std::string> names;
  for (SentencePooling pooling : kPoolings) {
    if (name == SentencePoolingName(pooling)) return pooling;
    names.push_back(SentencePoolingName(pooling));
  }
  return absl::InvalidArgumentError(absl::StrCat("want one of ", absl::StrJoin(names, ", "), ", got \"", name, "\""));
}

absl::StatusOr<FolderPooling> ReadFolderPooling(const std::string& folder) {
  FolderPooling pooling;
  RETORT_ASSIGN_OR_RETURN(const auto found, FindModules(folder));
  if (!found) return pooling;
  const auto& [root, modules] = *found;
  const std::string path = absl::StrCat(root, "/modules.json");
  if (!modules.is_array()) return Invalid(path, "want a list of modules, got something else");
  for (const Json& module : modules) {
    const std::string kind = KindOf(module);
    if (kind == "Transformer" || kind == "Normalize" || kind == "Dropout") continue;
    if (kind != "Pooling") {
      return Invalid(path, absl::StrCat("module ", StringOf(module, "path"), " of type ", StringOf(module, "type"),
                                        " is not computed here"));
    }
    if (!pooling.file.empty()) return Invalid(path, "want one Pooling, got two");
    pooling.file = absl::StrCat(root, "/", StringOf(module, "path"), "/config.json");
    RETORT_ASSIGN_OR_RETURN(pooling.pooling, ReadPooling(pooling.file));
  }
  if (pooling.file.empty()) return Invalid(path, "want a Pooling among the modules, got none");
  return pooling;
}

}  // namespace retort
