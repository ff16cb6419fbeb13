#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASS_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

// Which of transformers' tokenizer classes a folder is read by. It decides what counts: kWhole takes all of a
// tokenizer.json; the others take pieces and merges alone of it, or of vocab.txt or vocab.json, and make the rest of
// tokenizer_config.json and their own defaults. Thread-safe.

namespace retort {

enum class TokenizerClass { kWhole, kBert, kRoberta, kGpt2 };

// What a tokenizer_config.json calls it; for kWhole PreTrainedTokenizerFast, which all versions of transformers know.
std::string TokenizerClassName(TokenizerClass tokenizer_class);

// The class of that name, with or without "Fast". Errors, which begin with `place`: a class that is not known here;
// ExplainClass() (framework/text/files/class_advice.h) says what to do about it, as about those of ClassByConfig().
absl::StatusOr<TokenizerClass> TokenizerClassOfName(const std::string& name, absl::string_view place);

// The name of the class that AutoTokenizer takes for a model's config.json where tokenizer_config.json says `said` or,
// nullopt, nothing; nullopt if neither says one. `where` is config.json's path. Errors: a model_type of another class.
absl::StatusOr<std::optional<std::string>> ClassByConfig(const nlohmann::json& config,
                                                         const std::optional<std::string>& said,
                                                         absl::string_view where);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_CLASS_H_
