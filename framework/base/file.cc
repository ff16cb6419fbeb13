#include "framework/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "framework/base/input/input_file.h"
#include "framework/base/input/system_error.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

// Closes on destruction, for paths that return early.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }
  int Close() {
    const int result = ::close(descriptor_);
    descriptor_ = -1;
    return result;
  }

 private:
  int descriptor_;
};

absl::Status WriteAndSync(const std::string& path, absl::string_view contents) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return SystemError("cannot create", path, errno);
  while (!contents.empty()) {
    const ssize_t written = ::write(file.get(), contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("cannot write", path, errno);
    contents.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file.get()) != 0) return SystemError("cannot sync", path, errno);
  if (file.Close() != 0) return SystemError("cannot close", path, errno);
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) return SystemError("cannot open", folder, errno);
  // Some file systems cannot sync folders and need not.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) return SystemError("cannot sync", folder, errno);
  return absl::OkStatus();
}

}  // namespace

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
  const std::string temporary = absl::StrCat(path, ".tmp-", ::getpid());
  if (absl::Status status = WriteAndSync(temporary, contents); !status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const absl::Status status = SystemError("cannot replace", path, errno);
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncFolderOf(path);
}

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return SystemError("cannot make folder", path, error.value());
  if (!std::filesystem::is_directory(path, error)) return SystemError("cannot make folder", path, ENOTDIR);
  return absl::OkStatus();
}

}  // namespace retort
