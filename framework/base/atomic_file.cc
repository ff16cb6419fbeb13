#include "framework/base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kTemporary[] = ".tmp-";

// 64 random bits: numbers of processes are the same in two containers.
std::string RandomDigits() {
  std::random_device random;
  const uint64_t bits = (uint64_t{random()} << 32) | random();
  return absl::StrCat(absl::Hex(bits, absl::kZeroPad16));
}

absl::Status SystemError(absl::string_view what, const std::string& path, int error) {
  return absl::Status(absl::ErrnoToStatusCode(error), absl::StrCat(what, " ", path, ": ", std::strerror(error)));
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot open", folder, errno);
  // Some file systems cannot sync folders and need not.
  const int error = ::fsync(descriptor) != 0 && errno != EINVAL ? errno : 0;
  ::close(descriptor);
  return error == 0 ? absl::OkStatus() : SystemError("cannot sync", folder, error);
}

bool IsAt(const std::string& path, int descriptor) {
  struct stat open_file, named;
  return ::fstat(descriptor, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

// Locks a new file; false if RemoveAbandoned was quicker. A file system that knows no locks locks nothing.
bool Claim(const std::string& path, int descriptor) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  return IsAt(path, descriptor);
}

void RemoveIfAbandoned(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && IsAt(path, descriptor)) ::unlink(path.c_str());
  ::close(descriptor);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& path) {
  static std::atomic<int> serial{0};
  static const std::string process = RandomDigits();
  while (true) {
    std::string temporary = absl::StrCat(path, kTemporary, process, "-", serial++);
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) return SystemError("cannot create", temporary, errno);
    if (Claim(temporary, descriptor)) {
      return absl::WrapUnique(new AtomicFile(path, std::move(temporary), descriptor));
    }
    ::close(descriptor);
  }
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

absl::Status AtomicFile::Error(absl::string_view what) const { return SystemError(what, path_, errno); }

absl::Status AtomicFile::Append(absl::string_view bytes) {
  const int64_t begin = size_;
  size_ += static_cast<int64_t>(bytes.size());
  return Overwrite(begin, bytes);
}

absl::Status AtomicFile::Overwrite(int64_t offset, absl::string_view bytes) {
  CHECK_GE(descriptor_, 0) << path_ << " is committed";
  CHECK(offset >= 0 && offset + static_cast<int64_t>(bytes.size()) <= size_) << path_;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error("cannot write");
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  CHECK_GE(descriptor_, 0) << path_ << " is committed";
  if (::fsync(descriptor_) != 0) return Error("cannot sync");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Error("cannot replace");
  temporary_.clear();
  ::close(
      std::exchange(descriptor_, -1));  // Only now: whoever could lock the temporary file would take it for abandoned.
  return SyncFolderOf(path_);
}

void RemoveAbandoned(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (IsTemporary(name)) found.push_back(absl::StrCat(folder, "/", name));
  }
  for (const std::string& path : found) RemoveIfAbandoned(path);
}

bool IsTemporary(absl::string_view name) { return absl::StrContains(name, kTemporary); }

}  // namespace retort
