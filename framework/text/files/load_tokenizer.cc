#include "framework/text/files/load_tokenizer.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/text/files/tokenizer_classes.h"
#include "framework/text/files/tokenizer_config.h"
#include "framework/text/roles/special_pieces.h"
#include "framework/text/tokenizer_json/tokenizer_json.h"

namespace retort {
namespace {

constexpr char kWhole[] = "tokenizer.json";

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// What AutoTokenizer refuses, though nothing here reads it.
absl::Status CheckUnread(JsonFields* config) {
  RETORT_RETURN_IF_ERROR(config->RefuseNull("auto_map", "an object of classes"));
  RETORT_RETURN_IF_ERROR(config->RefuseNull("fast_tokenizer_files", "a list of files"));
  RETORT_RETURN_IF_ERROR(config->RefuseNull("model_input_names", "a list of names"));
  for (const char* name : {"padding_side", "truncation_side"}) {
    constexpr char kSides[] = "\"left\" or \"right\"";
    RETORT_RETURN_IF_ERROR(config->RefuseNull(name, kSides));
    const nlohmann::json& side = config->Get(name);
    if (side.is_null() || side == nlohmann::json("left") || side == nlohmann::json("right")) continue;
    return config->Unsupported(name, kSides);
  }
  RETORT_RETURN_IF_ERROR(config->RefuseNull("init_inputs", "a list"));
  return config->Get("init_inputs").empty() ? absl::OkStatus() : config->Unsupported("init_inputs", "an empty list");
}

// Besides, options that change ids in a way that no tokenizer here has.
absl::Status CheckConfig(JsonFields config) {
  RETORT_RETURN_IF_ERROR(CheckUnread(&config));
  RETORT_ASSIGN_OR_RETURN(const bool splits, config.BoolNotNull("split_special_tokens", false));
  if (splits) return config.Unsupported("split_special_tokens", "false");
  for (const nlohmann::json& name : config.Get("fast_tokenizer_files")) {
    if (name != nlohmann::json(kWhole)) return config.Unsupported("fast_tokenizer_files", "[\"tokenizer.json\"]");
  }
  return absl::OkStatus();
}

absl::StatusOr<SpecialPieces> ReadSpecials(const TokenizerObjects& objects, const nlohmann::json* whole,
                                           const std::string& folder) {
  const auto path = [&](const char* name) { return absl::StrCat(folder, "/", name); };
  const nlohmann::json* added = nullptr;
  if (whole != nullptr && whole->is_object() && whole->contains("added_tokens")) added = &(*whole)["added_tokens"];
  return ReadSpecialPieces({&objects.config, path("tokenizer_config.json"), &objects.map,
                            path("special_tokens_map.json"), &objects.added, path("added_tokens.json"), added,
                            path(kWhole) + ": added_tokens"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const TokenizerFiles files, ReadTokenizerFiles(path));
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return MakeTokenizer(files, path);
  RETORT_ASSIGN_OR_RETURN(const std::string found, FindTokenizerFile(path));
  return MakeTokenizer(files, found);
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(const TokenizerFiles& files, const std::string& path) {
  const std::string folder = FolderOf(path);
  RETORT_ASSIGN_OR_RETURN(const TokenizerObjects objects, ReadObjects(files, folder));
  RETORT_ASSIGN_OR_RETURN(JsonFields config, JsonFields::Open(objects.config, folder + "/tokenizer_config.json", ": "));
  RETORT_RETURN_IF_ERROR(CheckConfig(std::move(config)));
  RETORT_ASSIGN_OR_RETURN(const ClassOfFiles found, FindClass(files, objects, folder));
  nlohmann::json whole;
  const auto whole_text = files.find(kWhole);
  const bool has_whole = whole_text != files.end();
  const std::string whole_path = absl::StrCat(folder, "/", kWhole);
  if (has_whole) {
    RETORT_ASSIGN_OR_RETURN(whole, ReadTokenizerJson(whole_text->second, whole_path));
  }
  const nlohmann::json* const json = has_whole ? &whole : nullptr;
  RETORT_ASSIGN_OR_RETURN(SpecialPieces special, ReadSpecials(objects, json, folder));
  const ClassParts parts = {&files, path, folder, json, &objects.config, std::move(special)};
  switch (found.tokenizer_class) {
    case TokenizerClass::kBert:
      return MakeBertTokenizer(parts);
    case TokenizerClass::kRoberta:
      return MakeRobertaTokenizer(parts, MaskStripsLeft(found, objects));
    case TokenizerClass::kGpt2:
      return MakeGpt2Tokenizer(parts);
    case TokenizerClass::kWhole:
      break;
  }
  return MakeWholeTokenizer(whole, whole_path, parts.special);
}

}  // namespace retort
