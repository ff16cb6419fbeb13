#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/tokenizer.h"

namespace retort {

// A tokenizer of a tokenizer.json's text, as Hugging Face's tokenizers library
// writes it, for two kinds:
//
//   WordPiece: BertNormalizer with any options, BertPreTokenizer, prefix "##"
//   BPE: no normalizer, ByteLevel with GPT-2's pattern, a byte alphabet
//
// with BertProcessing, RobertaProcessing, ByteLevel, no post-processor, or a
// TemplateProcessing that is a SequenceTemplate. Special pieces have the names
// of BERT, RoBERTa or GPT-2.
//
// `truncation` and `padding` are the caller's business and not looked at, and
// so is the decoder's `cleanup` (see DecodeOptions). All else counts: an option
// that is not supported is an error that names it, as are ids with holes or of
// two pieces, merges outside of the vocabulary, and what ParseStrictJson
// refuses; memory stays within its bounds. `where` begins messages.
// Thread-safe.
absl::StatusOr<std::unique_ptr<Tokenizer>> ParseTokenizerJson(absl::string_view text, absl::string_view where);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_H_
