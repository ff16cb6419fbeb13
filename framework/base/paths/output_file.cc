#include "framework/base/paths/output_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"

namespace retort {
namespace {

bool BeginsWith(const std::string& path, const std::string& beginning) {
  std::string read(beginning.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(read.data(), static_cast<std::streamsize>(read.size())) && read == beginning;
}

}  // namespace

absl::Status CheckOutputFile(const std::string& output, const OutputRules& rules) {
  for (const std::string& input : rules.inputs) {
    if (!IsSamePath(output, input)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--output: want another file than those that are read, got ", output, "; choose another"));
  }
  if (!Exists(output) || rules.overwrite) return absl::OkStatus();
  if (!rules.own_beginning.empty() && BeginsWith(output, rules.own_beginning)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--output: want a new file, got ", output, ", which is there; choose another, or say --overwrite"));
}

}  // namespace retort
