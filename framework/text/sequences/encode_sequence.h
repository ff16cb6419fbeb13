#ifndef RETORT_FRAMEWORK_TEXT_SEQUENCES_ENCODE_SEQUENCE_H_
#define RETORT_FRAMEWORK_TEXT_SEQUENCES_ENCODE_SEQUENCE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/tokenizer.h"

namespace retort {

// What gives way when a sequence is too long; always from a text's end. Names
// and meaning are those of Hugging Face's tokenizers library.
enum class Truncation {
  kNone,
  // The longer text, until both are of one length, then both. Of an odd number
  // of ids the text that was longer keeps one more, the second where neither was.
  kLongestFirst,
  kOnlyFirst,
  kOnlySecond,
};

struct SequenceOptions {
  bool special_ids = true;  // those of the tokenizer's template around the texts
  Truncation truncation = Truncation::kNone;
  int max_length = 512;  // of the whole with special ids; not looked at without truncation
};

struct EncodedSequence {
  std::vector<int32_t> ids;
  std::vector<int32_t> types;  // of each id: which of two texts it belongs to
};

// Encodes one text, or two that belong together: [CLS] A [SEP] B [SEP]. See
// SequenceTemplate for the families'. `scratch` may be null. Thread-safe with a
// scratch of the thread's own.
// Errors: text that is not UTF-8; a max_length below the number of special ids;
// kOnlySecond without a second text; a text that has to give way by as many ids
// as it has, or more.
absl::StatusOr<EncodedSequence> EncodeSequence(const Tokenizer& tokenizer, absl::string_view first,
                                               std::optional<absl::string_view> second, const SequenceOptions& options,
                                               Tokenizer::Scratch* scratch = nullptr);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_SEQUENCES_ENCODE_SEQUENCE_H_
