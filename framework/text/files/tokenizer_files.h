#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/text/files/tokenizer_config.h"

namespace retort {

// The names of all files that a tokenizer is read from.
const std::vector<std::string>& TokenizerFileNames();

// The file of a model folder that its tokenizer is read from: the first that is there of tokenizer.json, vocab.txt and
// vocab.json. Errors: none is, and what to do about one of SentencePiece.
absl::StatusOr<std::string> FindTokenizerFile(const std::string& folder);

// Those of a model folder, or of one of the files that FindTokenizerFile() names. Of a folder, or of a tokenizer.json,
// all that are there; of a vocab.json, it and merges.txt; any other file comes as vocab.txt; and tokenizer_config.json,
// special_tokens_map.json and added_tokens.json beside them.
//
// The class that reads them may follow from a config.json, which is not among them: tokenizer_config.json then gets a
// "tokenizer_class". Errors: those of FindTokenizerFile, ReadFile, CheckTextFile and ClassByConfig, and of both files'
// JSON.
absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& path);

// The folder's files of these names and of SentencePiece's, byte for byte and unread: for a copy of a model whose
// tokenizer nobody here can read. Errors: those of ReadFile.
absl::StatusOr<TokenizerFiles> CopyTokenizerFiles(const std::string& folder);

// The files as they are written: what they leave unsaid is in tokenizer_config.json, so that AutoTokenizer reads them
// as LoadTokenizer does, whatever model they stand beside: the class, the case of a vocab.txt, and how RoBERTa's <mask>
// is found. So is a model_max_length of at most `longest_sequence`, the ids that the model can take. Blank lines
// at the end of a merges.txt, which AutoTokenizer refuses, go away. No files stay none. Errors, which begin with
// `folder`: JSON that cannot be read, and a class that is not known.
absl::StatusOr<TokenizerFiles> CompleteTokenizerFiles(TokenizerFiles files, int64_t longest_sequence,
                                                      const std::string& folder);

// Puts the files into a folder and removes what is left there of another tokenizer, which would be read in their place.
// Nothing is done for no files. Errors: those of the file system.
absl::Status PutTokenizerFiles(const std::string& folder, const TokenizerFiles& files);

// Both of them. Nothing is written or removed where the first fails.
absl::Status WriteTokenizerFiles(const std::string& folder, const TokenizerFiles& files, int64_t longest_sequence);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_FILES_H_
