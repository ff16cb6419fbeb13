#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CONFIG_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/text/files/tokenizer_class.h"
#include "nlohmann/json.hpp"

namespace retort {

// The files that a tokenizer consists of, by name ("vocab.txt"), byte for byte: they go with a model wherever it is
// written, so that no option is lost that only other programs read. Empty: no tokenizer.
using TokenizerFiles = std::map<std::string, std::string>;

// The JSON objects among a tokenizer's files: empty ones for those that are not there. `folder` begins messages.
struct TokenizerObjects {
  nlohmann::json config;  // tokenizer_config.json
  nlohmann::json map;     // special_tokens_map.json
  nlohmann::json added;   // added_tokens.json
};
absl::StatusOr<TokenizerObjects> ReadObjects(const TokenizerFiles& files, const std::string& folder);

struct ClassOfFiles {
  TokenizerClass tokenizer_class;
  bool said;  // by tokenizer_config.json; else it is what such files are released for
};

// Errors: those of TokenizerClassOfName; a class for files that are not there; a vocab.json that is not read, or that
// is neither RoBERTa's nor GPT-2's where nothing says what it is.
absl::StatusOr<ClassOfFiles> FindClass(const TokenizerFiles& files, const TokenizerObjects& objects,
                                       const std::string& folder);

// Whether RoBERTa's <mask> takes the space before it along: where nothing says a class or anything of that piece, it
// does as in RoBERTa's release.
bool MaskStripsLeft(const ClassOfFiles& found, const TokenizerObjects& objects);

// Writes into tokenizer_config.json what CompleteTokenizerFiles() says of it. Bytes stay where nothing is missing.
absl::Status CompleteConfig(int64_t longest_sequence, const std::string& folder, TokenizerFiles* files);

// Writes one field into the tokenizer_config.json. Errors: one that is no JSON object.
absl::Status SetInConfig(const std::string& name, const nlohmann::json& value, const std::string& folder,
                         TokenizerFiles* files);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CONFIG_H_
