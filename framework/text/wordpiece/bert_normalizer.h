#ifndef RETORT_FRAMEWORK_TEXT_WORDPIECE_BERT_NORMALIZER_H_
#define RETORT_FRAMEWORK_TEXT_WORDPIECE_BERT_NORMALIZER_H_

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// Unicode's normalization forms.
enum class UnicodeForm { kNone, kNfd, kNfc, kNfkd, kNfkc };

// Names and meaning as in Hugging Face's BertNormalizer, and of its normalizers NFD, NFC, NFKD, NFKC, StripAccents and
// Strip, which in a sequence of several stand alone. What is on is done in this order.
struct BertNormalizerOptions {
  bool clean_text = true;            // control characters removed, white space made spaces
  bool handle_chinese_chars = true;  // CJK ideographs are words of their own
  bool strip_accents = true;         // decomposed (NFD), then non-spacing marks dropped
  bool lower_case = true;            // each character by itself, so no final sigma
  UnicodeForm form = UnicodeForm::kNone;
  bool strip_marks = false;  // StripAccents: marks of all kinds dropped
  bool strip_left = false;   // Strip: white space dropped where a text begins
  bool strip_right = false;  // and where it ends
};

// BERT's "basic tokenization": text to words (Devlin et al. 2018; the details
// are those of Hugging Face's BertNormalizer and BertPreTokenizer). The steps
// that the options name, in their order; then words are parted at white space,
// and punctuation marks become words of their own.
//
// Immutable, thread-safe.
class BertNormalizer {
 public:
  // Of several, each does its steps with what the one before left.
  explicit BertNormalizer(std::vector<BertNormalizerOptions> sequence);

  // Appends the words of `text` in UTF-8. `offset` is where `text` begins in
  // what the user gave: an error names the byte of that which is not UTF-8.
  // Nothing is appended then.
  absl::Status AppendWords(absl::string_view text, size_t offset, std::vector<std::string>* words) const;

  // The two halves of it: the text after the steps, in UTF-8, and the words of such a text.
  absl::StatusOr<std::string> Normalize(absl::string_view text, size_t offset) const;
  static void AppendWordsOfNormalized(absl::string_view text, std::vector<std::string>* words);

 private:
  absl::StatusOr<icu::UnicodeString> RunSteps(absl::string_view text, size_t offset) const;

  std::vector<BertNormalizerOptions> sequence_;
  std::unique_ptr<const icu::Normalizer2> decomposition_;
  std::vector<std::unique_ptr<const icu::Normalizer2>> forms_;  // of the sequence; null where it says none
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_WORDPIECE_BERT_NORMALIZER_H_
