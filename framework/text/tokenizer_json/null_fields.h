#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_NULL_FIELDS_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_NULL_FIELDS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace retort {

// Refuses a tokenizer.json with null where the tokenizers library (0.23) wants a value, in parts that nobody here reads
// as well: AutoTokenizer refuses such files whatever the class. Null is as good as nothing for whole parts, for fields
// that the library does not know, and for few others: strip_accents, pad_to_multiple_of, the options of a BPE. Where
// the library goes on and takes the part for one of another kind, such as a RobertaProcessing whose trim_offsets is
// null for a BertProcessing, it is refused as well. Pieces and merges are not looked at. `where` begins the message,
// which names the field. Thread-safe.
absl::Status CheckNulls(const nlohmann::json& json, absl::string_view where);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_NULL_FIELDS_H_
