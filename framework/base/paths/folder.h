#ifndef RETORT_FRAMEWORK_BASE_PATHS_FOLDER_H_
#define RETORT_FRAMEWORK_BASE_PATHS_FOLDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace retort {

// The names of what is in a folder, in order. Errors, with the path: NotFound for no folder; FailedPrecondition for one
// that is none or cannot be read. Thread-safe, as are the others.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder);

// Whether there is a folder; false where the system does not say.
bool IsFolder(const std::string& path);

// Whether both are one file or folder that is there, whatever way they are written.
bool IsSamePath(const std::string& a, const std::string& b);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PATHS_FOLDER_H_
