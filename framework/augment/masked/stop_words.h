#ifndef RETORT_FRAMEWORK_AUGMENT_MASKED_STOP_WORDS_H_
#define RETORT_FRAMEWORK_AUGMENT_MASKED_STOP_WORDS_H_

#include "absl/strings/string_view.h"

namespace retort {

// Whether a word in lower case is on NLTK's list of English stop words, or is "'s" or "'re": words that TinyBERT's data
// augmentation never replaces. Thread-safe.
bool IsStopWord(absl::string_view word);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_MASKED_STOP_WORDS_H_
