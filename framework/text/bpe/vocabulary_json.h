#ifndef RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_
#define RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/vocabulary.h"
#include "nlohmann/json.hpp"

namespace retort {

// Vocabularies as JSON objects from piece to id. Thread-safe.

// Reads vocab.json, as GPT-2's and RoBERTa's releases have it. Errors: a file
// that cannot be read, those of CheckTextFile, ParseStrictJson and VocabularyFromJson.
absl::StatusOr<Vocabulary> LoadVocabularyJson(const std::string& path);

// The vocabulary of `pieces`; ids that no piece has are holes. `where` begins messages. Errors: no pieces; naming the
// piece, an id that is not a whole number, that stands for two pieces, or that is so large (eight times the number of
// pieces, and 65,536 more) that nearly all of the vocabulary would be holes.
absl::StatusOr<Vocabulary> VocabularyFromJson(const nlohmann::json& pieces, absl::string_view where);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_
