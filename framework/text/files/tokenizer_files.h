#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace retort {

// The files that a tokenizer consists of, by name ("vocab.txt"), byte for
// byte: they go with a model wherever it is written, so that no option is lost
// that only other programs read. Empty: no tokenizer.
using TokenizerFiles = std::map<std::string, std::string>;

// Those that LoadTokenizer(path) reads, and a special_tokens_map.json beside
// them, which tells other programs more. Of a folder, or of a tokenizer.json, all that are there;
// of a vocab.json, it and merges.txt; any other file comes as vocab.txt.
// Errors: those of FindTokenizerFile and ReadFile.
absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& path);

// Puts the files into a folder and removes what is left there of another
// tokenizer, which would be read in their place. For a vocab.txt without
// options it adds a tokenizer_config.json of BERT's tokenizer: lower case, and
// at most `longest_sequence` pieces. Nothing is done for no files. Errors:
// those of the file system.
absl::Status WriteTokenizerFiles(const std::string& folder, const TokenizerFiles& files, int64_t longest_sequence);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_
