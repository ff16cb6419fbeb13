#include "framework/eval/sentences/sentence_reading.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/eval/sentences/sentence_modules.h"
#include "framework/json/json_fields.h"
#include "framework/text/unicode/lower_case.h"

namespace retort {
namespace {

// What sentence-transformers looks for, in its order.
constexpr const char* kTransformerConfigs[] = {"sentence_bert_config.json",       "sentence_roberta_config.json",
                                               "sentence_distilbert_config.json", "sentence_camembert_config.json",
                                               "sentence_albert_config.json",     "sentence_xlm-roberta_config.json",
                                               "sentence_xlnet_config.json"};

absl::Status ReadTransformer(const std::string& folder, FolderReading* said) {
  for (const char* name : kTransformerConfigs) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (!Exists(path)) continue;
    RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ReadJsonObject(path));
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, path, ": "));
    RETORT_ASSIGN_OR_RETURN(const int length, fields.Int("max_seq_length", 0));
    RETORT_ASSIGN_OR_RETURN(said->reading.lower_case, fields.Bool("do_lower_case", false));
    if (said->reading.lower_case) said->lower_case_file = path;
    if (length == 0) return absl::OkStatus();
    said->reading.length = length;
    said->length_file = path;
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ReadPrompt(const std::string& path, FolderReading* said) {
  if (!Exists(path)) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ReadJsonObject(path));
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, path, ": "));
  if (fields.Get("default_prompt_name").is_null()) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const std::string name, fields.String("default_prompt_name"));
  RETORT_ASSIGN_OR_RETURN(JsonFields prompts, JsonFields::Open(fields.Get("prompts"), fields.Place("prompts")));
  RETORT_ASSIGN_OR_RETURN(said->reading.prompt, prompts.String(name));
  if (!said->reading.prompt.empty()) said->prompt_file = path;
  return absl::OkStatus();
}

// That the positions of a prompt are pooled with the others.
absl::Status CheckPromptIsPooled(const SentenceModules& modules) {
  for (const SentenceModule& module : modules.modules) {
    const std::string path = absl::StrCat(module.folder, "/config.json");
    if (module.kind != "Pooling" || !Exists(path)) continue;
    RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ReadJsonObject(path));
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, path, ": "));
    RETORT_ASSIGN_OR_RETURN(const bool included, fields.Bool("include_prompt", true));
    if (!included) return fields.Unsupported("include_prompt", "true where there is a default prompt");
  }
  return absl::OkStatus();
}

}  // namespace

std::string TextOfSentence(absl::string_view sentence, const SentenceReading& reading) {
  const std::string text = absl::StrCat(reading.prompt, sentence);
  return reading.lower_case ? LowerCase(text) : text;
}

absl::StatusOr<FolderReading> ReadFolderReading(const std::string& folder) {
  FolderReading said;
  RETORT_ASSIGN_OR_RETURN(const std::optional<SentenceModules> found, FindSentenceModules(folder));
  if (!found) return said;
  for (const SentenceModule& module : found->modules) {
    if (module.kind == "Transformer") RETORT_RETURN_IF_ERROR(ReadTransformer(module.folder, &said));
  }
  RETORT_RETURN_IF_ERROR(ReadPrompt(absl::StrCat(found->root, "/config_sentence_transformers.json"), &said));
  if (!said.reading.prompt.empty()) RETORT_RETURN_IF_ERROR(CheckPromptIsPooled(*found));
  return said;
}

}  // namespace retort
