#ifndef RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_
#define RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace retort {

// That SaveModel into `output` replaces and removes nothing but files of the model in the folder `model`, be it the
// same folder, unless the user said --overwrite. A folder that is not there is sound. Thread-safe.
//
// Errors, which begin with "--output: " and say what to do: InvalidArgument naming the files of another model or
// tokenizer that the folder holds, or weights beside those that the model is read from; FailedPrecondition for a file
// in the folder's place, which --overwrite does not help with.
absl::Status CheckOutputFolder(const std::string& output, const std::string& model, bool overwrite);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_OUTPUT_FOLDER_H_
