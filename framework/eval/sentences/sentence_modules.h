#ifndef RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_MODULES_H_
#define RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_MODULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

// A model folder of sentence-transformers: a list of modules, each with a folder and a class.

namespace retort {

struct SentenceModule {
  std::string kind;    // "Pooling" of "sentence_transformers.models.Pooling".
  std::string type;    // All of it.
  std::string path;    // As modules.json has it.
  std::string folder;  // Where it is.
};

struct SentenceModules {
  std::string root;  // The folder that has modules.json.
  std::string file;  // modules.json.
  std::vector<SentenceModule> modules;
};

// Of the folder, or of the one around it that has it for its Transformer; none: sentence-transformers takes the folder
// for a plain model. Errors: those of the file and its JSON; no list.
absl::StatusOr<std::optional<SentenceModules>> FindSentenceModules(const std::string& folder);

// The JSON object in a file of such a folder, in Python's dialect. Errors: those of the file and its JSON; no object.
absl::StatusOr<nlohmann::json> ReadJsonObject(const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_MODULES_H_
