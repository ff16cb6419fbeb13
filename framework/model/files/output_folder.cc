#include "framework/model/files/output_folder.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/model/files/weight_files.h"
#include "framework/text/files/tokenizer_files.h"

namespace retort {
namespace {

bool IsOfAModel(const std::string& name) {
  const std::vector<std::string>& tokenizer = TokenizerFileNames();
  return name == "config.json" || absl::EndsWith(name, ".safetensors") ||
         absl::EndsWith(name, ".safetensors.index.json") ||
         std::find(tokenizer.begin(), tokenizer.end(), name) != tokenizer.end();
}

// Whether a file of the folder is weights that its model is not read from. All are, where none can be read.
std::function<bool(const std::string&)> IsStray(const std::string& folder) {
  std::set<std::string> read;
  const absl::StatusOr<WeightFiles> weights = WeightFiles::Open(folder);
  if (weights.ok()) {
    for (const std::string& path : weights->paths()) read.insert(path);
  }
  return [folder, read](const std::string& name) {
    return IsWeightFile(name) && read.count(absl::StrCat(folder, "/", name)) == 0;
  };
}

}  // namespace

absl::Status CheckOutputFolder(const std::string& output, const std::string& model, bool overwrite) {
  if (!Exists(output)) return absl::OkStatus();
  const absl::StatusOr<std::vector<std::string>> names = NamesIn(output);
  if (!names.ok()) {
    return absl::Status(names.status().code(),
                        absl::StrCat("--output: want a folder, got ", names.status().message(), "; choose another"));
  }
  if (overwrite) return absl::OkStatus();
  const bool same = IsSamePath(output, model);
  const std::function<bool(const std::string&)> goes = same ? IsStray(output) : IsOfAModel;
  std::vector<std::string> going;
  std::copy_if(names->begin(), names->end(), std::back_inserter(going), goes);
  if (going.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--output: want a folder without ", same ? "weights beside the model's" : "a model's files",
                   ", which would be replaced or removed, got ", output, " with ", absl::StrJoin(going, ", "),
                   "; choose another folder, or say --overwrite"));
}

}  // namespace retort
