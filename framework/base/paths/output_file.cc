#include "framework/base/paths/output_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/input/container.h"
#include "framework/base/input/input_file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

bool BeginsWith(InputFile file, const std::string& beginning) {
  std::string read(beginning.size(), '\0');
  return file.ReadAt(0, read.data(), read.size()).ok() && read == beginning;
}

}  // namespace

absl::Status CheckNotNamedPacked(const std::string& path, const std::string& flag) {
  if (CheckName(path, Packing::kNone).ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": want a name without .gz, .xz or .zst, as what is written is not packed, got ", path,
                   "; pack it afterwards"));
}

absl::Status CheckOutputFile(const std::string& output, const OutputRules& rules) {
  for (const std::string& input : rules.inputs) {
    if (!IsSamePath(output, input)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(rules.flag, ": want another file than those that are read, got ", output, "; choose another"));
  }
  RETORT_RETURN_IF_ERROR(CheckNotNamedPacked(output, rules.flag));
  if (!Exists(output)) return absl::OkStatus();
  absl::StatusOr<InputFile> there = InputFile::Open(output);
  if (absl::IsFailedPrecondition(there.status())) {
    return absl::InvalidArgumentError(absl::StrCat(rules.flag, ": ", there.status().message(), "; choose another"));
  }
  if (rules.overwrite) return absl::OkStatus();
  const bool may_be_own = there.ok() && !rules.own_beginning.empty();
  if (may_be_own && BeginsWith(*std::move(there), rules.own_beginning)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(rules.flag, ": want a new file, got ", output,
                                                 ", which is there; choose another, or say --overwrite"));
}

}  // namespace retort
