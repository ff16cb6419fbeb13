#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/text/sequence_template.h"
#include "framework/text/vocabulary.h"

namespace retort {

// In place of an id: the vocabulary has no piece for the role.
constexpr int32_t kNoId = -1;

// Ids with a role of their own in a model's input. One id may have several
// roles: GPT-2's <|endoftext|> begins, ends and fills. Only `mask` and
// `end_of_text` may be kNoId.
struct SpecialIds {
  int32_t pad;   // fills a batch's short sequences
  int32_t unk;   // stands for a word that no pieces spell
  int32_t cls;   // begins a sequence
  int32_t sep;   // ends a sequence
  int32_t mask;  // stands for a masked token

  // Parts documents that are read on end: <|endoftext|> of GPT-2, </s> of
  // RoBERTa. BERT's [SEP] ends sentences.
  int32_t end_of_text = kNoId;
};

struct DecodeOptions {
  // Leaves out the special pieces, such as [CLS].
  bool skip_special = false;

  // Takes away the space before .,?! and before n't, 's and the like; only a
  // tokenizer whose text lost its spaces has any use for it.
  bool clean_up = false;
};

// Turns text into ids of a vocabulary. Immutable and thread-safe; memory of a
// thread's own, which only saves time, is in a Scratch.
class Tokenizer {
 public:
  // Used by one thread at a time, and only with the tokenizer that made it.
  class Scratch {
   public:
    virtual ~Scratch() = default;
  };

  virtual ~Tokenizer() = default;

  virtual std::unique_ptr<Scratch> NewScratch() const = 0;

  // Appends the ids of `text`, without a [CLS] or [SEP] around them. `scratch`
  // may be null; with one, repeated words cost a look-up. Text is UTF-8 of any
  // code points, NUL too; an error names the byte where it stops being so, and
  // ids appended by then stay.
  virtual absl::Status Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const = 0;

  absl::Status Encode(absl::string_view text, std::vector<int32_t>* ids) const { return Encode(text, nullptr, ids); }

  // Text that reads as the ids' pieces do. Not an inverse of Encode: what
  // normalisation removed is gone. Every id is in [0, vocabulary_size()).
  virtual std::string Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const = 0;

  std::string Decode(absl::Span<const int32_t> ids) const { return Decode(ids, DecodeOptions()); }

  virtual const Vocabulary& vocabulary() const = 0;
  virtual const SpecialIds& special_ids() const = 0;
  virtual const SequenceTemplate& sequence_template() const = 0;

  // Two tokenizers of the same fingerprint give the same ids for any text.
  virtual uint64_t Fingerprint() const = 0;

  // Whether the ids of a text are those of its parts, one after the other,
  // wherever it is cut before a newline.
  virtual bool SplitsAtNewlines() const = 0;

  int vocabulary_size() const { return vocabulary().size(); }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_H_
