#include "framework/base/input/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "framework/base/input/system_error.h"

namespace retort {
namespace {

const char* KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "something else";
}

}  // namespace

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0 && errno == ENXIO) {
    return absl::FailedPreconditionError(absl::StrCat("cannot open ", path, ": want a regular file, got a socket"));
  }
  if (descriptor < 0) return SystemError("cannot open", path, errno);
  InputFile file(path, descriptor);
  struct stat info = {};
  if (::fstat(descriptor, &info) != 0) return SystemError("cannot open", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot open ", path, ": want a regular file, got ", KindOf(info.st_mode)));
  }
  file.size_ = static_cast<int64_t>(info.st_size);
  return file;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

absl::StatusOr<size_t> InputFile::Read(char* bytes, size_t most) {
  while (true) {
    const ssize_t got = ::read(descriptor_, bytes, most);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return SystemError("cannot read", path_, errno);
  }
}

absl::Status InputFile::ReadAt(uint64_t offset, char* bytes, size_t count) const {
  size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(descriptor_, bytes + done, count - done, static_cast<off_t>(offset + done));
    if (got == 0) {
      return absl::DataLossError(absl::StrCat("cannot read ", path_, ": want ", offset + count, " bytes, got only ",
                                              offset + done, "; it was cut while it was open"));
    }
    if (got < 0 && errno != EINTR) return SystemError("cannot read", path_, errno);
    if (got > 0) done += static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace retort
