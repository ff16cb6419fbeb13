#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_POST_PROCESSOR_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_POST_PROCESSOR_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/sequence_template.h"
#include "framework/text/vocabulary.h"
#include "nlohmann/json.hpp"

namespace retort {

// The `post_processor` of a tokenizer.json; null and those that only trim offsets put nothing around texts, and give
// the second one type 1. `place` begins messages. Errors: templates that are no SequenceTemplate, and ids that are not
// in the vocabulary. Thread-safe.
absl::StatusOr<SequenceTemplate> ParsePostProcessor(const nlohmann::json& processor, const Vocabulary& vocabulary,
                                                    absl::string_view place);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_POST_PROCESSOR_H_
