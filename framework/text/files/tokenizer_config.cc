#include "framework/text/files/tokenizer_config.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/files/class_advice.h"
#include "framework/text/roles/piece_roles.h"

namespace retort {
namespace {

using Json = nlohmann::json;

constexpr char kConfig[] = "tokenizer_config.json";
constexpr char kEndOfText[] = "<|endoftext|>";

absl::StatusOr<Json> ReadObject(const TokenizerFiles& files, const std::string& name, const std::string& folder) {
  const auto found = files.find(name);
  if (found == files.end()) return Json::object();
  const std::string place = absl::StrCat(folder, "/", name);
  RETORT_ASSIGN_OR_RETURN(Json json, ParseStrictJson(found->second, place, JsonDialect::kPython));
  RETORT_RETURN_IF_ERROR(JsonFields::Open(json, place).status());
  return json;
}

// Empty for a file that is not there.
std::string TextOf(const TokenizerFiles& files, const std::string& name) {
  const auto found = files.find(name);
  return found == files.end() ? "" : found->second;
}

absl::StatusOr<TokenizerClass> ReleasedClass(const TokenizerFiles& files, const std::string& folder) {
  if (files.count("tokenizer.json") > 0) return TokenizerClass::kWhole;
  if (files.count("vocab.txt") > 0) return TokenizerClass::kBert;
  RETORT_ASSIGN_OR_RETURN(const Json pieces, ReadObject(files, "vocab.json", folder));
  const std::vector<std::string>& wanted = RobertaPieces();
  if (std::all_of(wanted.begin(), wanted.end(), [&](const std::string& piece) { return pieces.contains(piece); })) {
    return TokenizerClass::kRoberta;
  }
  if (pieces.contains(kEndOfText)) return TokenizerClass::kGpt2;
  return absl::InvalidArgumentError(
      absl::StrCat(folder, "/vocab.json: want the special pieces <s>, <pad>, </s>, <unk> and <mask>, or ", kEndOfText,
                   ", got neither: say \"tokenizer_class\" and the pieces' roles, such as \"eos_token\", in a ",
                   kConfig, " beside it"));
}

absl::Status CheckFiles(TokenizerClass tokenizer_class, const TokenizerFiles& files, const std::string& place) {
  const bool bert = tokenizer_class == TokenizerClass::kBert;
  if (files.count("tokenizer.json") > 0) return absl::OkStatus();
  if (tokenizer_class != TokenizerClass::kWhole && files.count(bert ? "vocab.txt" : "vocab.json") > 0) {
    return absl::OkStatus();
  }
  const std::string wanted = tokenizer_class == TokenizerClass::kWhole ? "a tokenizer.json"
                             : bert                                    ? "a tokenizer.json or vocab.txt"
                                    : "a tokenizer.json, or vocab.json and merges.txt";
  return absl::InvalidArgumentError(
      absl::StrCat(place, ": want ", wanted, " for ", TokenizerClassName(tokenizer_class), ", got ",
                   files.count("vocab.txt") > 0 ? "vocab.txt" : "vocab.json",
                   ": name BertTokenizer for a vocab.txt, RobertaTokenizer or GPT2Tokenizer for a vocab.json"));
}

// The smaller of what is said and what the model takes; nullopt where that is said.
std::optional<int64_t> NewLength(const Json& config, int64_t longest) {
  for (const char* name : {"model_max_length", "max_len"}) {
    const auto found = config.find(name);
    if (found == config.end() || !found->is_number()) continue;
    const double said = found->get<double>();
    if (said < 1 || said > static_cast<double>(longest)) return longest;
    return std::nullopt;
  }
  return longest;
}

}  // namespace

absl::StatusOr<TokenizerObjects> ReadObjects(const TokenizerFiles& files, const std::string& folder) {
  TokenizerObjects objects;
  RETORT_ASSIGN_OR_RETURN(objects.config, ReadObject(files, kConfig, folder));
  RETORT_ASSIGN_OR_RETURN(objects.map, ReadObject(files, "special_tokens_map.json", folder));
  RETORT_ASSIGN_OR_RETURN(objects.added, ReadObject(files, "added_tokens.json", folder));
  return objects;
}

absl::StatusOr<ClassOfFiles> FindClass(const TokenizerFiles& files, const TokenizerObjects& objects,
                                       const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(JsonFields config,
                          JsonFields::Open(objects.config, absl::StrCat(folder, "/", kConfig), ": "));
  if (config.Get("tokenizer_class").is_null()) {
    RETORT_ASSIGN_OR_RETURN(const TokenizerClass released, ReleasedClass(files, folder));
    return ClassOfFiles{released, /*said=*/false};
  }
  const std::string place = config.Place("tokenizer_class");
  RETORT_ASSIGN_OR_RETURN(const std::string name, config.String("tokenizer_class"));
  const absl::StatusOr<TokenizerClass> said = TokenizerClassOfName(name, place);
  if (!said.ok()) return ExplainClass(said.status(), TextOf(files, "tokenizer.json"), folder);
  RETORT_RETURN_IF_ERROR(CheckFiles(*said, files, place));
  return ClassOfFiles{*said, /*said=*/true};
}

bool MaskStripsLeft(const ClassOfFiles& found, const TokenizerObjects& objects) {
  const auto says = [](const Json& object, const char* name) { return object.contains(name); };
  return found.tokenizer_class == TokenizerClass::kRoberta && !found.said && !says(objects.config, "mask_token") &&
         !says(objects.config, "added_tokens_decoder") && !says(objects.map, "mask_token") &&
         !says(objects.added, "<mask>");
}

absl::Status SetInConfig(const std::string& name, const Json& value, const std::string& folder, TokenizerFiles* files) {
  RETORT_RETURN_IF_ERROR(ReadObject(*files, kConfig, folder).status());
  EditableJson config;
  if (const auto found = files->find(kConfig); found != files->end()) {
    RETORT_ASSIGN_OR_RETURN(config, EditableJson::Parse(found->second, absl::StrCat(folder, "/", kConfig)));
  }
  config.value[name] = nlohmann::ordered_json::parse(value.dump());
  (*files)[kConfig] = config.Text();
  return absl::OkStatus();
}

absl::Status CompleteConfig(int64_t longest_sequence, const std::string& folder, TokenizerFiles* files) {
  RETORT_ASSIGN_OR_RETURN(const TokenizerObjects objects, ReadObjects(*files, folder));
  RETORT_ASSIGN_OR_RETURN(const ClassOfFiles found, FindClass(*files, objects, folder));
  const auto set = [&](const char* name, const Json& value) { return SetInConfig(name, value, folder, files); };
  if (!found.said) RETORT_RETURN_IF_ERROR(set("tokenizer_class", TokenizerClassName(found.tokenizer_class)));
  if (found.tokenizer_class == TokenizerClass::kBert && !objects.config.contains("do_lower_case")) {
    RETORT_RETURN_IF_ERROR(set("do_lower_case", true));
  }
  if (MaskStripsLeft(found, objects)) {
    RETORT_RETURN_IF_ERROR(set("mask_token", {{"__type", "AddedToken"},
                                              {"content", "<mask>"},
                                              {"lstrip", true},
                                              {"normalized", false},
                                              {"rstrip", false},
                                              {"single_word", false},
                                              {"special", true}}));
  }
  if (const std::optional<int64_t> length = NewLength(objects.config, longest_sequence)) {
    RETORT_RETURN_IF_ERROR(set("model_max_length", *length));
  }
  return absl::OkStatus();
}

}  // namespace retort
