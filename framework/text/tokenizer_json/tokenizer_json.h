#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/roles/special_pieces.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {

// The JSON of a tokenizer.json's text. Errors, which begin with `where`: those of ParseStrictJson and CheckNulls.
absl::StatusOr<nlohmann::json> ReadTokenizerJson(absl::string_view text, absl::string_view where);

// A tokenizer of a tokenizer.json's text, as Hugging Face's tokenizers library
// writes it, for two kinds:
//
//   WordPiece: any normalizers that ParseNormalizer takes, BertPreTokenizer, prefix "##"
//   BPE: no normalizer, ByteLevel with GPT-2's pattern, a byte alphabet
//
// with any post-processor that ParsePostProcessor takes. Special pieces have the names of BERT, RoBERTa or GPT-2.
//
// `truncation` and `padding` are the caller's business and not looked at, and
// so is the decoder's `cleanup` (see DecodeOptions). All else that the library
// knows counts: an option that is not supported is an error that names it, as
// is a field beside its parts that it refuses; so are ids of two pieces,
// merges outside of the vocabulary, and what ReadTokenizerJson refuses. `where`
// begins messages. Thread-safe.
absl::StatusOr<std::unique_ptr<Tokenizer>> ParseTokenizerJson(absl::string_view text, absl::string_view where);

// The same of what was read, with the pieces that the files beside it add to its own, and the roles they give.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeWholeTokenizer(const nlohmann::json& json, absl::string_view where,
                                                              const SpecialPieces& special);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_H_
