#include "framework/model/files/weight_files.h"

#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/status_macros.h"
#include "framework/json/strict_json.h"
#include "framework/model/files/unread/unread_model.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

constexpr char kWhole[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";
constexpr absl::string_view kNeverInNames("/\0", 2);
constexpr char kEnding[] = ".safetensors";
constexpr size_t kLongestIndex = 32 << 20;
constexpr size_t kLongestQuote = 100;

// The file of each tensor.
absl::StatusOr<std::map<std::string, std::string>> ParseIndex(absl::string_view text, const std::string& path) {
  const auto fail = [&](absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat(path, ": ", what)); };
  if (text.size() > kLongestIndex) return fail("want at most 32 MiB, got more");
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, path, JsonDialect::kPython));
  if (!json.is_object() || !json.contains("weight_map")) return fail("want an object with a weight_map, got none");
  const nlohmann::json& map = json["weight_map"];
  if (!map.is_object() || map.empty()) return fail("weight_map: want an object of tensors and files, got none");
  std::map<std::string, std::string> files;
  for (const auto& [tensor, file] : map.items()) {
    const std::string* name = file.get_ptr<const std::string*>();
    if (name == nullptr || !absl::EndsWith(*name, kEnding) ||
        absl::string_view(*name).find_first_of(kNeverInNames) != absl::string_view::npos) {
      return fail(absl::StrCat("weight_map: tensor \"", tensor.substr(0, kLongestQuote),
                               "\": want the name of a .safetensors file of the folder, got ",
                               name == nullptr ? file.type_name() : name->substr(0, kLongestQuote)));
    }
    files.emplace(tensor, *name);
  }
  return files;
}

}  // namespace

absl::Status WeightFiles::Add(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsFile> file, SafetensorsFile::Open(path));
  for (const auto& [name, tensor] : file->entries()) {
    const auto [found, is_new] = entries_.emplace(name, Entry{tensor, file.get()});
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": tensor \"", name, "\": want it in one file, got it in ",
                                                     found->second.file->path(), " too"));
    }
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<WeightFiles> WeightFiles::OpenIndex(const std::string& folder, const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_ASSIGN_OR_RETURN(const auto index, ParseIndex(text, path));
  WeightFiles files;
  files.path_ = path;
  std::set<std::string> names;
  for (const auto& [tensor, name] : index) names.insert(name);
  for (const std::string& name : names) RETORT_RETURN_IF_ERROR(files.Add(absl::StrCat(folder, "/", name)));
  for (const auto& [tensor, name] : index) {
    const auto found = files.entries_.find(tensor);
    const std::string wanted = absl::StrCat(folder, "/", name);
    if (found != files.entries_.end() && found->second.file->path() == wanted) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": tensor \"", tensor, "\": want it in ", name, ", got it ",
                     found == files.entries_.end() ? "in no file" : absl::StrCat("in ", found->second.file->path())));
  }
  for (const auto& [tensor, entry] : files.entries_) {
    if (index.count(tensor) > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": want an entry for tensor \"", tensor, "\" of ", entry.file->path(), ", got none"));
  }
  return files;
}

absl::StatusOr<WeightFiles> WeightFiles::Open(const std::string& folder) {
  const std::string whole = absl::StrCat(folder, "/", kWhole), index = absl::StrCat(folder, "/", kIndex);
  if (!Exists(whole)) return Exists(index) ? OpenIndex(folder, index) : ExplainNoWeights(folder);
  WeightFiles files;
  files.path_ = whole;
  RETORT_RETURN_IF_ERROR(files.Add(whole));
  return files;
}

bool IsWeightFile(const std::string& name) {
  return name == kWhole || name == kIndex ||
         (absl::StartsWith(name, "model-") && absl::StrContains(name, "-of-") && absl::EndsWith(name, kEnding));
}

std::vector<std::string> WeightFiles::paths() const {
  std::vector<std::string> paths;
  if (files_.front()->path() != path_) paths.push_back(path_);
  for (const auto& file : files_) paths.push_back(file->path());
  return paths;
}

namespace {

// Cuts the list where the next tensor would not fit.
std::vector<Tensors> Shards(const Tensors& tensors, uint64_t max_file_bytes) {
  std::vector<Tensors> shards(1);
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) {
    if (max_file_bytes > 0 && !shards.back().empty() && bytes + tensor.nbytes() > max_file_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += tensor.nbytes();
    shards.back().emplace_back(name, tensor);
  }
  return shards;
}

// Removes weights that are not of `written`.
void RemoveOthers(const std::string& folder, const std::set<std::string>& written) {
  const absl::StatusOr<std::vector<std::string>> names = NamesIn(folder);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    std::error_code ignored;
    if (IsWeightFile(name) && written.count(name) == 0) {
      std::filesystem::remove(absl::StrCat(folder, "/", name), ignored);
    }
  }
}

}  // namespace

absl::Status WriteWeightFiles(const std::string& folder, const Tensors& tensors,
                              const std::map<std::string, std::string>& metadata, uint64_t max_file_bytes) {
  const std::vector<Tensors> shards = Shards(tensors, max_file_bytes);
  std::set<std::string> written;
  nlohmann::json index;
  uint64_t bytes = 0;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name =
        shards.size() == 1 ? kWhole : absl::StrFormat("model-%05d-of-%05d%s", i + 1, shards.size(), kEnding);
    RETORT_RETURN_IF_ERROR(WriteSafetensors(absl::StrCat(folder, "/", name), shards[i], metadata));
    written.insert(name);
    for (const auto& [tensor, values] : shards[i]) {
      index["weight_map"][tensor] = name;
      bytes += values.nbytes();
    }
  }
  if (shards.size() > 1) {
    index["metadata"]["total_size"] = bytes;
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(absl::StrCat(folder, "/", kIndex), index.dump(2) + "\n"));
    written.insert(kIndex);
  }
  RemoveOthers(folder, written);
  return absl::OkStatus();
}

}  // namespace retort
