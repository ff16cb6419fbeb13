#ifndef RETORT_FRAMEWORK_TEXT_FILES_CLASS_ADVICE_H_
#define RETORT_FRAMEWORK_TEXT_FILES_CLASS_ADVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace retort {

// What to do about a class of transformers that is not known here. `unknown` is the error of TokenizerClassOfName or
// ClassByConfig for the files of `folder`, and `whole` the text of its tokenizer.json, empty without one. Where that is
// of a kind that is not read whatever the class, the error says so instead; else a command for the shell follows, which
// has transformers write all of the tokenizer into a tokenizer.json. Thread-safe.
absl::Status ExplainClass(const absl::Status& unknown, absl::string_view whole, const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_CLASS_ADVICE_H_
