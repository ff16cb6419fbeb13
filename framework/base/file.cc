#include "framework/base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "framework/base/atomic_file.h"
#include "framework/base/input/input_file.h"
#include "framework/base/input/system_error.h"
#include "framework/base/status_macros.h"

namespace retort {

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  std::string contents;
  contents.reserve(static_cast<size_t>(file.size()));
  char buffer[1 << 16];
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const size_t got, file.Read(buffer, sizeof(buffer)));
    if (got == 0) return contents;
    contents.append(buffer, got);
  }
}

absl::Status AtomicWriteFile(const std::string& path, absl::string_view contents) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RETORT_RETURN_IF_ERROR(file->Append(contents));
  return file->Commit();
}

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return SystemError("cannot make folder", path, error.value());
  if (!std::filesystem::is_directory(path, error)) return SystemError("cannot make folder", path, ENOTDIR);
  return absl::OkStatus();
}

}  // namespace retort
