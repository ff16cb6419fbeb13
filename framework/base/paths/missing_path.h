#ifndef RETORT_FRAMEWORK_BASE_PATHS_MISSING_PATH_H_
#define RETORT_FRAMEWORK_BASE_PATHS_MISSING_PATH_H_

#include <string>

#include "absl/status/status.h"

namespace retort {

// The error for a path of a model or of a tokenizer at which nothing is. `missing` is what reading it gave, and the
// beginning of the message. A path that may be a name on the Hugging Face hub ("bert-base-uncased",
// "google-bert/bert-base-uncased/"), or that is an address there, gets the command that makes a folder of it; `missing`
// comes back as it is where something is there, or where the path can be no such name. Thread-safe.
absl::Status ExplainMissing(const std::string& path, const absl::Status& missing);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PATHS_MISSING_PATH_H_
