#ifndef RETORT_TOOLS_AUGMENT_TASK_COPIES_H_
#define RETORT_TOOLS_AUGMENT_TASK_COPIES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// How many copies TinyBERT's authors' code makes of each text of a task of GLUE; the case of its name does not matter.
// InvalidArgument, beginning with "--task: ", for another name. Thread-safe.
absl::StatusOr<int> CopiesOfTask(absl::string_view task);

}  // namespace retort

#endif  // RETORT_TOOLS_AUGMENT_TASK_COPIES_H_
