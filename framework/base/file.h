#ifndef RETORT_FRAMEWORK_BASE_FILE_H_
#define RETORT_FRAMEWORK_BASE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Whole files and folders. Every error names the path and the system's reason ("No space left on device"). Thread-safe
// as long as no two threads write the same path.

namespace retort {

// Whether there is a file or folder; false where the system does not say.
bool Exists(const std::string& path);

// The file's bytes. Errors: those of InputFile: NotFound if there is none; FailedPrecondition for a folder, a named
// pipe or a device; else PermissionDenied or Unavailable.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Puts a file in place whole or not at all, even across a crash or a loss of power: writes a neighbour under a
// temporary name, syncs it, renames it over `path`, and syncs the folder. The folder has to exist. Leaves nothing
// behind on failure.
absl::Status AtomicWriteFile(const std::string& path, absl::string_view contents);

// Makes the folder and its parents; nothing to do if it is there. Errors: FailedPrecondition if a file is in the way.
absl::Status MakeDirectories(const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_FILE_H_
