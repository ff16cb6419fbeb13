#ifndef RETORT_FRAMEWORK_BASE_PATHS_RELATIVE_LINK_H_
#define RETORT_FRAMEWORK_BASE_PATHS_RELATIVE_LINK_H_

#include <string>

#include "absl/status/status.h"

namespace retort {

// Makes `link`, in a folder that is there, a symbolic link to `target`, which need not be there yet. It is relative, so
// that both may be moved together. A link or file that is there is replaced. Errors: Unavailable, with the path.
absl::Status MakeRelativeLink(const std::string& target, const std::string& link);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PATHS_RELATIVE_LINK_H_
