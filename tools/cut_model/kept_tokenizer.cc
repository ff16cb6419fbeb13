#include "tools/cut_model/kept_tokenizer.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr char kWhole[] = "tokenizer.json";
constexpr char kPieces[] = "vocab.txt";
constexpr char kConfig[] = "tokenizer_config.json";
constexpr char kRoles[] = "special_tokens_map.json";

// Those of a tokenizer.json by the names that a tokenizer_config.json has for them. Classes of BERT's own take none of
// them from there: they have what the tokenizer_config.json says, or BERT's defaults.
absl::Status CarryOptions(const std::string& text, const std::string& path, nlohmann::ordered_json* config) {
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, path));
  RETORT_ASSIGN_OR_RETURN(JsonFields file, JsonFields::Open(json, path, ": "));
  RETORT_ASSIGN_OR_RETURN(JsonFields normalizer, JsonFields::Open(file.Get("normalizer"), file.Place("normalizer")));
  RETORT_ASSIGN_OR_RETURN(JsonFields model, JsonFields::Open(file.Get("model"), file.Place("model")));
  RETORT_ASSIGN_OR_RETURN(const bool lower_case, normalizer.Bool("lowercase", true));
  RETORT_ASSIGN_OR_RETURN(const bool strip_accents, normalizer.Bool("strip_accents", lower_case));
  RETORT_ASSIGN_OR_RETURN(const bool chinese, normalizer.Bool("handle_chinese_chars", true));
  RETORT_ASSIGN_OR_RETURN(const bool clean_text, normalizer.Bool("clean_text", true));
  RETORT_ASSIGN_OR_RETURN(const int longest, model.Int("max_input_chars_per_word", 100));
  if (!clean_text) return normalizer.Unsupported("clean_text", "true");
  if (longest != 100) return model.Unsupported("max_input_chars_per_word", "100");
  (*config)["do_lower_case"] = lower_case;
  (*config)["strip_accents"] = strip_accents;
  (*config)["tokenize_chinese_chars"] = chinese;
  return absl::OkStatus();
}

// Whether a class reads the pieces of a tokenizer.json, and no more of it.
bool IsOfClass(const nlohmann::ordered_json& config) {
  const auto found = config.find("tokenizer_class");
  const std::string name = found != config.end() && found->is_string() ? found->get<std::string>() : "";
  return !name.empty() && !absl::StartsWith(name, "PreTrainedTokenizer") && name != "TokenizersBackend";
}

}  // namespace

absl::StatusOr<TokenizerFiles> TokenizerOfKeptPieces(const TokenizerFiles& files, const std::string& pieces,
                                                     const std::string& folder) {
  if (files.count(kPieces) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(folder, ": want a model with a vocab.txt, got none"));
  }
  const auto path = [&](const char* name) { return absl::StrCat(folder, "/", name); };
  EditableJson edited;
  nlohmann::ordered_json& config = edited.value;
  if (const auto found = files.find(kConfig); found != files.end()) {
    RETORT_ASSIGN_OR_RETURN(edited, EditableJson::Parse(found->second, path(kConfig)));
    if (!config.is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(path(kConfig), ": want a JSON object, got something else"));
    }
    config.erase("added_tokens_decoder");  // Names ids.
  }
  const auto whole = files.find(kWhole);
  if (whole != files.end() && !IsOfClass(config)) {
    RETORT_RETURN_IF_ERROR(CarryOptions(whole->second, path(kWhole), &config));
  }
  config["tokenizer_class"] = "BertTokenizer";
  TokenizerFiles kept = {{kPieces, pieces}};
  if (whole != files.end() || files.count(kConfig) > 0) kept[kConfig] = edited.Text();
  if (const auto roles = files.find(kRoles); roles != files.end()) kept.insert(*roles);
  return kept;
}

}  // namespace retort
