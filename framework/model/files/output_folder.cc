#include "framework/model/files/output_folder.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"

namespace retort {
namespace {

constexpr const char* kNames[] = {"config.json", "tokenizer.json",          "tokenizer_config.json", "vocab.txt",
                                  "vocab.json",  "special_tokens_map.json", "added_tokens.json",     "merges.txt"};

bool IsOfAModel(const std::string& name) {
  return absl::EndsWith(name, ".safetensors") || absl::EndsWith(name, ".safetensors.index.json") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

bool IsSameFolder(const std::string& a, const std::string& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error) && !error;
}

absl::Status CheckHoldsNoModel(const std::string& folder) {
  if (!Exists(folder)) return absl::OkStatus();
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (IsOfAModel(name)) names.push_back(name);
  }
  if (error) return absl::FailedPreconditionError(absl::StrCat(folder, ": ", error.message()));
  if (names.empty()) return absl::OkStatus();
  std::sort(names.begin(), names.end());
  return absl::InvalidArgumentError(
      absl::StrCat("want a folder without a model's files, which would be replaced or removed, got ", folder, " with ",
                   absl::StrJoin(names, ", ")));
}

}  // namespace retort
