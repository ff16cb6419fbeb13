#ifndef RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_
#define RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/vocabulary.h"
#include "nlohmann/json.hpp"

namespace retort {

// Vocabularies as JSON objects from piece to id. Thread-safe.

// Reads vocab.json, as GPT-2's and RoBERTa's releases have it. Errors: a file
// that cannot be read, those of ParseStrictJson and of VocabularyFromJson.
absl::StatusOr<Vocabulary> LoadVocabularyJson(const std::string& path);

// The vocabulary of `pieces` and of the pieces in `added` that are not there
// yet. `where` begins messages. Errors, naming the piece: an id that is not a
// whole number, one that stands for two pieces, or an id of a piece in `added`
// that is not the one in `pieces`; and, naming the first, ids below the largest
// that no piece has.
absl::StatusOr<Vocabulary> VocabularyFromJson(const nlohmann::json& pieces, absl::string_view where,
                                              const std::vector<std::pair<std::string, int64_t>>& added = {});

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BPE_VOCABULARY_JSON_H_
