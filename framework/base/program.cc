#include "framework/base/program.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace retort {

absl::Status EnterUserDirectory() {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr) return absl::OkStatus();
  std::error_code error;
  std::filesystem::current_path(folder, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("BUILD_WORKING_DIRECTORY: want a folder to work in, got \"", folder, "\": ", error.message()));
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  const bool ours = absl::IsInternal(status) || absl::IsUnknown(status);
  std::cerr << (ours ? "internal error: " : "error: ") << status.message() << std::endl;
  return ours ? 2 : 1;
}

}  // namespace retort
