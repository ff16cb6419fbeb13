#include "framework/text/files/load_tokenizer.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/files/tokenizer_json.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {
namespace {

constexpr const char* kNames[] = {"tokenizer.json", "vocab.txt", "vocab.json"};

// The object in a file beside a vocabulary; an empty one for no file.
absl::StatusOr<nlohmann::json> ReadObject(const std::string& path) {
  if (!Exists(path)) return nlohmann::json::object();
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_ASSIGN_OR_RETURN(nlohmann::json json, ParseStrictJson(text, path));
  RETORT_RETURN_IF_ERROR(JsonFields::Open(json, path).status());
  return json;
}

bool IsSpecial(const Tokenizer& tokenizer, const std::string& piece) {
  const SpecialIds& ids = tokenizer.special_ids();
  const std::optional<int32_t> id = tokenizer.vocabulary().Id(piece);
  for (const int32_t special : {ids.pad, ids.unk, ids.cls, ids.sep, ids.mask}) {
    if (id == special) return true;
  }
  return false;
}

absl::Status WantSpecial(const Tokenizer& tokenizer, const std::string& piece, const std::string& place,
                         const std::string& vocabulary) {
  if (IsSpecial(tokenizer, piece)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(place, ": \"", piece.substr(0, 100),
                                                 "\": want a tokenizer.json for an added piece, got a ", vocabulary));
}

// Other programs find the pieces of added_tokens.json ({"[NEW]": 30522}) and of added_tokens_decoder
// ({"30522": {"content": "[NEW]"}}) in texts; their ids are the tokenizer's if it finds the same ones.
absl::Status CheckAddedPieces(const Tokenizer& tokenizer, const std::filesystem::path& file, JsonFields* config) {
  const std::string vocabulary = file.filename().string();
  const std::string path = (file.parent_path() / "added_tokens.json").string();
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json beside, ReadObject(path));
  for (const auto& item : beside.items()) {
    RETORT_RETURN_IF_ERROR(WantSpecial(tokenizer, item.key(), path, vocabulary));
  }
  const nlohmann::json& decoder = config->Get("added_tokens_decoder");
  const std::string place = config->Place("added_tokens_decoder");
  if (decoder.is_null()) return absl::OkStatus();
  RETORT_RETURN_IF_ERROR(JsonFields::Open(decoder, place).status());
  for (const auto& [id, entry] : decoder.items()) {
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(entry, absl::StrCat(place, ".", id.substr(0, 100))));
    RETORT_ASSIGN_OR_RETURN(const std::string piece, fields.String("content"));
    RETORT_RETURN_IF_ERROR(WantSpecial(tokenizer, piece, place, vocabulary));
  }
  return absl::OkStatus();
}

absl::StatusOr<WordPieceOptions> ReadWordPieceOptions(JsonFields* config) {
  WordPieceOptions options;
  RETORT_ASSIGN_OR_RETURN(options.lower_case, config->Bool("do_lower_case", true));
  RETORT_ASSIGN_OR_RETURN(options.strip_accents, config->Bool("strip_accents", options.lower_case));
  RETORT_ASSIGN_OR_RETURN(options.handle_chinese_chars, config->Bool("tokenize_chinese_chars", true));
  return options;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadVocabulary(const std::filesystem::path& file, JsonFields* config) {
  if (file.filename() == "vocab.json") {
    ByteBpeOptions options;
    RETORT_ASSIGN_OR_RETURN(options.add_prefix_space, config->Bool("add_prefix_space", false));
    return ByteBpeTokenizer::Load(file.string(), (file.parent_path() / "merges.txt").string(), options);
  }
  RETORT_ASSIGN_OR_RETURN(const WordPieceOptions options, ReadWordPieceOptions(config));
  return WordPieceTokenizer::Load(file.string(), options);
}

}  // namespace

absl::StatusOr<std::string> FindTokenizerFile(const std::string& folder) {
  for (const char* name : kNames) {
    std::string path = absl::StrCat(folder, "/", name);
    if (Exists(path)) return path;
  }
  return absl::NotFoundError(
      absl::StrCat(folder, ": want tokenizer.json, vocab.txt, or vocab.json and merges.txt, got none of them"));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    RETORT_ASSIGN_OR_RETURN(const std::string file, FindTokenizerFile(path));
    return LoadTokenizer(file);
  }
  const std::filesystem::path file = path;
  if (file.filename() == "tokenizer.json") {
    RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    return ParseTokenizerJson(text, path);
  }
  const std::string config_path = (file.parent_path() / "tokenizer_config.json").string();
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ReadObject(config_path));
  RETORT_ASSIGN_OR_RETURN(JsonFields config, JsonFields::Open(json, config_path, ": "));
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer, LoadVocabulary(file, &config));
  RETORT_RETURN_IF_ERROR(CheckAddedPieces(*tokenizer, file, &config));
  return tokenizer;
}

}  // namespace retort
