#include "framework/base/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "framework/base/input/system_error.h"

namespace retort {

absl::StatusOr<std::unique_ptr<PartialFile>> PartialFile::Open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
  if (descriptor < 0) return SystemError("cannot open", path, errno);
  auto file = absl::WrapUnique(new PartialFile(path, descriptor));
  // A file system that knows no locks locks nothing.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": want a file that nobody writes, got one that another process is writing; wait for it"));
  }
  return file;
}

PartialFile::PartialFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

PartialFile::~PartialFile() { ::close(descriptor_); }

absl::Status PartialFile::Error(absl::string_view what) const { return SystemError(what, path_, errno); }

absl::Status PartialFile::Cut(int64_t size) {
  return ::ftruncate(descriptor_, size) == 0 ? absl::OkStatus() : Error("cannot shorten");
}

absl::Status PartialFile::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error("cannot write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartialFile::Commit(const std::string& path) {
  if (::fsync(descriptor_) != 0) return Error("cannot sync");
  return ::rename(path_.c_str(), path.c_str()) == 0 ? absl::OkStatus() : SystemError("cannot replace", path, errno);
}

}  // namespace retort
