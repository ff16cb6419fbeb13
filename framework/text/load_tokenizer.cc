#include "framework/text/load_tokenizer.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/text/byte_bpe_tokenizer.h"
#include "framework/text/json_fields.h"
#include "framework/text/strict_json.h"
#include "framework/text/tokenizer_json.h"
#include "framework/text/wordpiece_tokenizer.h"

namespace retort {
namespace {

constexpr const char* kNames[] = {"tokenizer.json", "vocab.txt", "vocab.json"};

bool Exists(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// The tokenizer_config.json beside a vocabulary; an empty object for none.
absl::StatusOr<nlohmann::json> ReadConfig(const std::filesystem::path& path) {
  if (!Exists(path)) return nlohmann::json::object();
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string()));
  return ParseStrictJson(text, path.string());
}

absl::StatusOr<WordPieceOptions> ReadWordPieceOptions(JsonFields* config) {
  WordPieceOptions options;
  RETORT_ASSIGN_OR_RETURN(options.lower_case, config->Bool("do_lower_case", true));
  RETORT_ASSIGN_OR_RETURN(options.strip_accents, config->Bool("strip_accents", options.lower_case));
  RETORT_ASSIGN_OR_RETURN(options.handle_chinese_chars, config->Bool("tokenize_chinese_chars", true));
  return options;
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
  const std::filesystem::path config_path = file.parent_path() / "tokenizer_config.json";
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ReadConfig(config_path));
  RETORT_ASSIGN_OR_RETURN(JsonFields config, JsonFields::Open(json, config_path.string(), ": "));
  if (file.filename() == "vocab.json") {
    ByteBpeOptions options;
    RETORT_ASSIGN_OR_RETURN(options.add_prefix_space, config.Bool("add_prefix_space", false));
    return ByteBpeTokenizer::Load(path, (file.parent_path() / "merges.txt").string(), options);
  }
  RETORT_ASSIGN_OR_RETURN(const WordPieceOptions options, ReadWordPieceOptions(&config));
  return WordPieceTokenizer::Load(path, options);
}

}  // namespace retort
