#ifndef RETORT_FRAMEWORK_MODEL_FILES_UNREAD_UNREAD_MODEL_H_
#define RETORT_FRAMEWORK_MODEL_FILES_UNREAD_UNREAD_MODEL_H_

#include <string>

#include "absl/status/status.h"

// What to do with a path that holds no model in the layout that is read: the errors say what is there instead and give
// a command, quoted for the shell, that makes it one, with the packages that it takes. The commands write nothing where
// the files have no value for a parameter of the class, which would be random in the model they write.

namespace retort {

// The error for a folder without a config.json. `missing` is what reading it gave, and the beginning of the message.
// Known: names on the Hugging Face hub, files instead of folders, and TensorFlow's original checkpoints of BERT and
// GPT-2.
absl::Status ExplainNoConfig(const std::string& folder, const absl::Status& missing);

// The error for a folder with a config.json and without model.safetensors and its index. Known: pickles, whole and in
// shards, whose tensors the command copies one by one, so that none is added; TensorFlow's and Flax's weights, for
// which the class comes from config.json; adapters. Errors of a config.json that is not read go first.
absl::Status ExplainNoWeights(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_UNREAD_UNREAD_MODEL_H_
