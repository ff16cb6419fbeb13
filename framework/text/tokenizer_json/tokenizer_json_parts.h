#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_PARTS_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_PARTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/json/json_fields.h"
#include "framework/text/added_pieces.h"
#include "framework/text/wordpiece/bert_normalizer.h"
#include "nlohmann/json.hpp"

// The parts of a tokenizer.json around its model. Each function's `place` begins its messages, which name the field
// whose value is not supported; fields that the tokenizers library does not know are nothing to it, nor here. A
// Sequence of parts is these, one after the other. Thread-safe.

namespace retort {

// `added_tokens`: pieces in the file's order, without ids.
absl::StatusOr<std::vector<AddedPiece>> ParseAddedPieces(const nlohmann::json& list, absl::string_view place);

// `normalizer`: any number of BertNormalizer, Lowercase, Strip, StripAccents and Unicode's forms (NFC); none for
// null.
absl::StatusOr<std::vector<BertNormalizerOptions>> ParseNormalizer(const nlohmann::json& normalizer,
                                                                   absl::string_view place);

// The one part of `type`, or of a Sequence of it, in `name`, such as "pretokenizers". `read` takes its fields.
absl::Status ReadPart(const nlohmann::json& part, const std::string& type, const std::string& name,
                      absl::string_view place, const std::function<absl::Status(JsonFields*)>& read);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_TOKENIZER_JSON_PARTS_H_
