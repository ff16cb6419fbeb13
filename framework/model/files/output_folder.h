#ifndef RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_
#define RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace retort {

// Whether both are one folder that is there, whatever way they are written.
bool IsSameFolder(const std::string& a, const std::string& b);

// That SaveModel would neither replace nor remove a file there. InvalidArgument naming the files of a model or of a
// tokenizer that the folder holds; FailedPrecondition for a file in its place. A folder that is not there is sound.
absl::Status CheckHoldsNoModel(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_
