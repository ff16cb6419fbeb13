#include "framework/text/files/tokenizer_files.h"

#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/paths/missing_path.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/files/class_advice.h"
#include "framework/text/files/tokenizer_class.h"
#include "framework/text/unicode/text_file.h"

namespace retort {
namespace {

constexpr char kWhole[] = "tokenizer.json";
constexpr char kWordPieces[] = "vocab.txt";
constexpr char kBytePieces[] = "vocab.json";
constexpr char kMerges[] = "merges.txt";
constexpr char kConfig[] = "tokenizer_config.json";
constexpr const char* kBeside[] = {kConfig, "special_tokens_map.json", "added_tokens.json"};
constexpr const char* kSentencePiece[] = {"sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model"};

absl::Status Add(const std::filesystem::path& file, const char* name, TokenizerFiles* files) {
  RETORT_ASSIGN_OR_RETURN((*files)[name], ReadFile(file.string()));
  return CheckTextFile((*files)[name], file.string());
}

absl::Status AddIfThere(const std::filesystem::path& folder, const char* name, TokenizerFiles* files) {
  return Exists((folder / name).string()) ? Add(folder / name, name, files) : absl::OkStatus();
}

// Writes down the class that a config.json beside the files says.
absl::Status NameClass(const std::filesystem::path& folder, TokenizerFiles* files) {
  const std::string model_path = (folder / "config.json").string();
  if (!Exists(model_path)) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(model_path));
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json model, ParseStrictJson(text, model_path, JsonDialect::kPython));
  RETORT_ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::Open(model, model_path, ": "));
  RETORT_RETURN_IF_ERROR(fields.RefuseNull("auto_map", "an object of classes"));
  RETORT_ASSIGN_OR_RETURN(const TokenizerObjects objects, ReadObjects(*files, folder.string()));
  std::optional<std::string> said;
  const auto found = objects.config.find("tokenizer_class");
  if (found != objects.config.end() && found->is_string()) said = found->get<std::string>();
  const absl::StatusOr<std::optional<std::string>> name = ClassByConfig(model, said, model_path);
  if (!name.ok())
    return ExplainClass(name.status(), files->count(kWhole) > 0 ? files->at(kWhole) : "", folder.string());
  if (*name != said) RETORT_RETURN_IF_ERROR(SetInConfig("tokenizer_class", **name, folder.string(), files));
  return absl::OkStatus();
}

// Which other programs refuse in a merges.txt.
bool HasBlankLineAtEnd(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  const absl::string_view last = text.substr(text.rfind('\n') + 1);
  return !text.empty() && WithoutTrailingBlanks(last).empty();
}

}  // namespace

const std::vector<std::string>& TokenizerFileNames() {
  static const auto* const names = [] {
    auto* all = new std::vector<std::string>{kWhole, kWordPieces, kBytePieces, kMerges};
    all->insert(all->end(), std::begin(kBeside), std::end(kBeside));
    return all;
  }();
  return *names;
}

absl::StatusOr<std::string> FindTokenizerFile(const std::string& folder) {
  for (const char* name : {kWhole, kWordPieces, kBytePieces}) {
    std::string path = absl::StrCat(folder, "/", name);
    if (Exists(path)) return path;
  }
  for (const char* name : {kWhole, kWordPieces, kBytePieces}) {
    for (const char* packed : {".gz", ".xz", ".zst", ".bz2", ".zip"}) {
      const std::string path = absl::StrCat(folder, "/", name, packed);
      if (!Exists(path)) continue;
      return absl::NotFoundError(absl::StrCat(path, ": want plain text, got a packed file: unpack it in its folder"));
    }
  }
  for (const char* name : kSentencePiece) {
    if (!Exists(absl::StrCat(folder, "/", name))) continue;
    return absl::NotFoundError(absl::StrCat(
        folder, ": want WordPiece or byte-level BPE in tokenizer.json, vocab.txt, or vocab.json and merges.txt, got ",
        "SentencePiece's ", name, ", which is not supported: take a model of another tokenizer, such as one of ",
        "BERT's, DistilBERT's, RoBERTa's or GPT-2's kind"));
  }
  return absl::NotFoundError(
      absl::StrCat(folder, ": want tokenizer.json, vocab.txt, or vocab.json and merges.txt, got none of them"));
}

absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  std::string found = path;
  if (is_folder) {
    RETORT_ASSIGN_OR_RETURN(found, FindTokenizerFile(path));
  }
  const std::filesystem::path file = found;
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  TokenizerFiles files;
  const bool is_whole = file.filename() == kWhole, has_merges = file.filename() == kBytePieces;
  const absl::Status added = Add(file, is_whole ? kWhole : has_merges ? kBytePieces : kWordPieces, &files);
  if (!added.ok()) return ExplainMissing(path, added);
  if (has_merges) RETORT_RETURN_IF_ERROR(Add(folder / kMerges, kMerges, &files));
  std::vector<const char*> more(std::begin(kBeside), std::end(kBeside));
  if (is_whole || is_folder) more.insert(more.end(), {kWordPieces, kBytePieces, kMerges});
  for (const char* beside : more) RETORT_RETURN_IF_ERROR(AddIfThere(folder, beside, &files));
  RETORT_RETURN_IF_ERROR(NameClass(folder, &files));
  return files;
}

absl::StatusOr<TokenizerFiles> CopyTokenizerFiles(const std::string& folder) {
  std::vector<std::string> names = TokenizerFileNames();
  names.insert(names.end(), std::begin(kSentencePiece), std::end(kSentencePiece));
  TokenizerFiles files;
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (!Exists(path)) continue;
    RETORT_ASSIGN_OR_RETURN(files[name], ReadFile(path));
  }
  return files;
}

absl::StatusOr<TokenizerFiles> CompleteTokenizerFiles(TokenizerFiles files, int64_t longest_sequence,
                                                      const std::string& folder) {
  if (files.empty()) return files;
  RETORT_RETURN_IF_ERROR(CompleteConfig(longest_sequence, folder, &files));
  const auto merges = files.find(kMerges);
  if (merges != files.end() && HasBlankLineAtEnd(merges->second)) {
    merges->second = absl::StrCat(WithoutTrailingBlanks(merges->second), "\n");
  }
  return files;
}

absl::Status PutTokenizerFiles(const std::string& folder, const TokenizerFiles& files) {
  if (files.empty()) return absl::OkStatus();
  for (const std::string& name : TokenizerFileNames()) {
    std::error_code ignored;
    if (files.count(name) == 0) std::filesystem::remove(absl::StrCat(folder, "/", name), ignored);
  }
  for (const auto& [name, contents] : files) {
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(absl::StrCat(folder, "/", name), contents));
  }
  return absl::OkStatus();
}

absl::Status WriteTokenizerFiles(const std::string& folder, const TokenizerFiles& files, int64_t longest_sequence) {
  RETORT_ASSIGN_OR_RETURN(const TokenizerFiles complete, CompleteTokenizerFiles(files, longest_sequence, folder));
  return PutTokenizerFiles(folder, complete);
}

}  // namespace retort
