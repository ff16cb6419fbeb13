#ifndef RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_
#define RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_

#include <memory>
#include <string>

#include "framework/text/wordpiece_tokenizer.h"
#include "nlohmann/json.hpp"

namespace retort {

// A file of this folder, written by make_goldens.py.
nlohmann::json ReadGolden(const std::string& name);

// On the shipped bert-base-uncased vocabulary, whose case is kept or not.
std::unique_ptr<WordPieceTokenizer> GoldenTokenizer(bool uncased);

}  // namespace retort

#endif  // RETORT_TESTS_GOLDEN_TOKENIZER_GOLDEN_FILES_H_
