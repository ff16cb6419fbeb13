#ifndef RETORT_FRAMEWORK_TEXT_BERT_NORMALIZER_H_
#define RETORT_FRAMEWORK_TEXT_BERT_NORMALIZER_H_

#include <unicode/normalizer2.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace retort {

// BERT's "basic tokenization": text to words (Devlin et al. 2018; the details
// are those of Hugging Face's BertNormalizer and BertPreTokenizer).
//
// In order: control characters removed and white space made spaces; spaces
// around CJK ideographs; then, for an uncased model, decomposition (NFD) and
// non-spacing marks dropped, and each character lower-cased by itself (so no
// final sigma); then words are parted at white space, and punctuation marks
// become words of their own.
//
// Letters younger than ICU's Unicode keep their case. Immutable, thread-safe.
class BertNormalizer {
 public:
  // uncased = false leaves accents and case alone.
  explicit BertNormalizer(bool uncased);

  // Appends the words of `text` in UTF-8. `offset` is where `text` begins in
  // what the user gave: an error names the byte of that which is not UTF-8.
  // Nothing is appended then.
  absl::Status AppendWords(absl::string_view text, size_t offset, std::vector<std::string>* words) const;

 private:
  bool uncased_;
  std::unique_ptr<const icu::Normalizer2> decomposition_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_BERT_NORMALIZER_H_
