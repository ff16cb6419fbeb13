#include "framework/text/files/tokenizer_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/text/files/load_tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr char kWhole[] = "tokenizer.json";
constexpr char kWordPieces[] = "vocab.txt";
constexpr char kBytePieces[] = "vocab.json";
constexpr char kMerges[] = "merges.txt";
constexpr char kConfig[] = "tokenizer_config.json";
constexpr const char* kBeside[] = {kConfig, "special_tokens_map.json", "added_tokens.json"};

absl::Status AddIfThere(const std::filesystem::path& folder, const char* name, TokenizerFiles* files) {
  const std::string path = (folder / name).string();
  if (!Exists(path)) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN((*files)[name], ReadFile(path));
  return absl::OkStatus();
}

std::string ConfigText(int64_t longest_sequence) {
  nlohmann::ordered_json json;
  json["tokenizer_class"] = "BertTokenizer";
  json["do_lower_case"] = true;
  json["model_max_length"] = longest_sequence;
  return json.dump(2) + "\n";
}

}  // namespace

absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  std::string found = path;
  if (is_folder) {
    RETORT_ASSIGN_OR_RETURN(found, FindTokenizerFile(path));
  }
  const std::filesystem::path file = found;
  TokenizerFiles files;
  const bool is_whole = file.filename() == kWhole, has_merges = file.filename() == kBytePieces;
  const char* const name = is_whole ? kWhole : has_merges ? kBytePieces : kWordPieces;
  RETORT_ASSIGN_OR_RETURN(files[name], ReadFile(found));
  if (has_merges) {
    RETORT_ASSIGN_OR_RETURN(files[kMerges], ReadFile((file.parent_path() / kMerges).string()));
  }
  std::vector<const char*> more(std::begin(kBeside), std::end(kBeside));
  if (is_whole || is_folder) more.insert(more.end(), {kWordPieces, kBytePieces, kMerges});
  for (const char* beside : more) RETORT_RETURN_IF_ERROR(AddIfThere(file.parent_path(), beside, &files));
  return files;
}

absl::Status WriteTokenizerFiles(const std::string& folder, const TokenizerFiles& files, int64_t longest_sequence) {
  if (files.empty()) return absl::OkStatus();
  TokenizerFiles written = files;
  if (files.count(kWordPieces) > 0 && files.count(kWhole) == 0) written.emplace(kConfig, ConfigText(longest_sequence));
  std::vector<const char*> known(std::begin(kBeside), std::end(kBeside));
  known.insert(known.end(), {kWhole, kWordPieces, kBytePieces, kMerges});
  for (const char* name : known) {
    std::error_code ignored;
    if (written.count(name) == 0) std::filesystem::remove(absl::StrCat(folder, "/", name), ignored);
  }
  for (const auto& [name, contents] : written) {
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(absl::StrCat(folder, "/", name), contents));
  }
  return absl::OkStatus();
}

}  // namespace retort
