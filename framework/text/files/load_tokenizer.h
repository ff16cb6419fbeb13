#ifndef RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/text/tokenizer.h"

namespace retort {

// The file of a model folder that its tokenizer is read from: the first that is
// there of tokenizer.json, vocab.txt and vocab.json. Errors: none is.
absl::StatusOr<std::string> FindTokenizerFile(const std::string& folder);

// The tokenizer of a model folder, or of one of the files that
// FindTokenizerFile() names: tokenizer.json is all of it, beside vocab.json is
// merges.txt, and any other file is a vocab.txt. For the latter two,
// do_lower_case, strip_accents, tokenize_chinese_chars and add_prefix_space
// come from a tokenizer_config.json beside it, where there is one; else an
// uncased model and no prefix space. Errors: those of ReadFile,
// ParseTokenizerJson and the tokenizers; an option that is no true or false; and
// without a tokenizer.json, which says how such pieces are found, any but the
// special pieces in its added_tokens_decoder or in an added_tokens.json.
absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_
