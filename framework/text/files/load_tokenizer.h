#ifndef RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/text/files/tokenizer_files.h"
#include "framework/text/tokenizer.h"

namespace retort {

// The tokenizer of a model folder, or of one of the files that FindTokenizerFile() names, with what stands beside it.
// Its ids are those of the tokenizer that transformers' AutoTokenizer (5.23) makes of the folder: the class that
// tokenizer_config.json or config.json says decides what of a tokenizer.json counts, the other files add pieces. Where
// AutoTokenizer takes nothing for want of a class, the files are read as BERT, RoBERTa or GPT-2 were released with.
//
// Errors: those of ReadTokenizerFiles and MakeTokenizer. What AutoTokenizer refuses is refused, its nulls above all.
absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(const std::string& path);

// The tokenizer of such files, whose pieces came from `path`; messages name it and files beside it. Errors: those of
// FindClass, ReadTokenizerJson, ReadSpecialPieces, MakeWholeTokenizer and the tokenizers of classes; options of
// tokenizer_config.json that AutoTokenizer refuses, or that change ids and are not supported.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(const TokenizerFiles& files, const std::string& path);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_LOAD_TOKENIZER_H_
