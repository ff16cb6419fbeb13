#ifndef RETORT_FRAMEWORK_BASE_INPUT_SYSTEM_ERROR_H_
#define RETORT_FRAMEWORK_BASE_INPUT_SYSTEM_ERROR_H_

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace retort {

// "<what> <path>: <the system's reason>" for an errno, with the code by which callers tell errors apart.
inline absl::Status SystemError(absl::string_view what, const std::string& path, int error) {
  const std::string message = absl::StrCat(what, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    case ENOTDIR:
    case EISDIR:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_INPUT_SYSTEM_ERROR_H_
