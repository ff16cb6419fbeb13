#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_CHECKS_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_CHECKS_H_

#include <string>
#include <vector>

#include "framework/text/tokenizer.h"

// What tests expect of every tokenizer.

namespace retort::testing {

// Texts have the same ids with one scratch for all of them and without any.
// They are drawn from `characters`, which are few, so that words repeat.
void ExpectScratchChangesNothing(const Tokenizer& tokenizer, const std::vector<std::string>& characters);

// Threads that encode `text` at the same time, each with its scratch, get the
// ids that one alone gets.
void ExpectThreadsShare(const Tokenizer& tokenizer, const std::string& text);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_CHECKS_H_
