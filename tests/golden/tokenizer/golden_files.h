#ifndef RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_
#define RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {

// A file of this folder, written by make_goldens.py.
nlohmann::json ReadGolden(const std::string& name);

// The tokenizers of the goldens, by name, on the shipped vocabularies: uncased,
// cased (on the same vocabulary), multilingual, gpt2, roberta, and
// roberta_prefix, which adds a space before a text.
std::unique_ptr<Tokenizer> GoldenTokenizer(const std::string& name);

// As the goldens have it.
std::string HashOfIds(absl::Span<const int32_t> ids);

}  // namespace retort

#endif  // RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_
