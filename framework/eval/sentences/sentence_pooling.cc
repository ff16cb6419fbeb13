#include "framework/eval/sentences/sentence_pooling.h"

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/eval/sentences/sentence_modules.h"
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
  RETORT_ASSIGN_OR_RETURN(const Json config, ReadJsonObject(path));
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
  RETORT_ASSIGN_OR_RETURN(const std::optional<SentenceModules> found, FindSentenceModules(folder));
  if (!found) return pooling;
  for (const SentenceModule& module : found->modules) {
    if (module.kind == "Transformer" || module.kind == "Normalize" || module.kind == "Dropout") continue;
    if (module.kind != "Pooling") {
      return Invalid(found->file,
                     absl::StrCat("module ", module.path, " of type ", module.type, " is not computed here"));
    }
    if (!pooling.file.empty()) return Invalid(found->file, "want one Pooling, got two");
    pooling.file = absl::StrCat(module.folder, "/config.json");
    RETORT_ASSIGN_OR_RETURN(pooling.pooling, ReadPooling(pooling.file));
  }
  if (pooling.file.empty()) return Invalid(found->file, "want a Pooling among the modules, got none");
  return pooling;
}

}  // namespace retort
