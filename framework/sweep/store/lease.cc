#include "framework/sweep/store/lease.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(300);  // Between looks at whether another gave it back.

std::string PathIn(const std::string& folder) { return absl::StrCat(folder, "/lease"); }

// Whether the open file is still the one of that name: its last owner removes it.
bool IsAt(const std::string& path, int descriptor) {
  struct stat open_file, named;
  return ::fstat(descriptor, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

absl::Status LockError(const std::string& path, int error) {
  const std::string what = absl::StrCat("cannot lock ", path, ": ", std::strerror(error));
  if (error != ENOLCK && error != EOPNOTSUPP && error != ENOSYS) return absl::UnavailableError(what);
  return absl::UnimplementedError(absl::StrCat(what, "; choose a --store on a file system that knows locks"));
}

}  // namespace

Lease::Lease(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

bool Lease::IsLeft(const std::string& folder) { return Exists(PathIn(folder)); }

Lease::~Lease() {
  if (IsAt(path_, descriptor_)) ::unlink(path_.c_str());
  ::close(descriptor_);
}

absl::StatusOr<std::unique_ptr<Lease>> Lease::TryTake(const std::string& folder) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  const std::string path = PathIn(folder);
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0 && errno == EISDIR) {  // Nobody's lease.
      std::error_code ignored;
      if (std::filesystem::remove_all(path, ignored) > 0) continue;
      errno = EISDIR;
    }
    if (descriptor < 0) {
      return absl::Status(absl::ErrnoToStatusCode(errno),
                          absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      ::close(descriptor);
      if (error == EWOULDBLOCK) return std::unique_ptr<Lease>();
      return LockError(path, error);
    }
    if (IsAt(path, descriptor)) return absl::WrapUnique(new Lease(path, descriptor));
    ::close(descriptor);
  }
}

absl::StatusOr<std::unique_ptr<Lease>> Lease::Wait(const std::string& folder, const std::atomic<bool>* stop) {
  while (true) {
    RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Lease> lease, TryTake(folder));
    if (lease != nullptr) return lease;
    if (stop != nullptr && stop->load()) return absl::CancelledError("interrupted while another process decides");
    absl::SleepFor(kPause);
  }
}

}  // namespace retort
