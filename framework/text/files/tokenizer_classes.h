#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASSES_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASSES_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "framework/text/files/tokenizer_config.h"
#include "framework/text/roles/special_pieces.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {

// What a tokenizer class makes a tokenizer of.
struct ClassParts {
  const TokenizerFiles* files;
  std::string path;  // of the pieces; it and the folder begin messages
  std::string folder;
  const nlohmann::json* whole;  // the tokenizer.json, whose pieces and merges count, or null
  const nlohmann::json* config;
  SpecialPieces special;
};

// As BertTokenizer does: the case and its like are tokenizer_config.json's, else an uncased model's; words of more than
// 100 characters are unknown. Errors: a model of another kind, options that are no true or false, and those of
// Vocabulary, AddSpecialPieces and WordPieceTokenizer. Thread-safe, as are the others.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeBertTokenizer(const ClassParts& parts);

// As RobertaTokenizer does.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeRobertaTokenizer(const ClassParts& parts, bool mask_strips_left);

// As GPT2Tokenizer does: what is put around texts is the tokenizer.json's, else what add_bos_token and add_eos_token
// say.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeGpt2Tokenizer(const ClassParts& parts);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASSES_H_
