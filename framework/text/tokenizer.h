#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/text/vocabulary.h"

namespace retort {

// Ids with a role of their own in a model's input.
struct SpecialIds {
  int32_t pad;   // fills a batch's short sequences
  int32_t unk;   // stands for a word that no pieces spell
  int32_t cls;   // begins a sequence
  int32_t sep;   // ends a sequence
  int32_t mask;  // stands for a masked token
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
  // may be null; with one, repeated words cost a look-up. An error names the
  // byte of `text` where it stops being UTF-8; ids appended by then stay.
  virtual absl::Status Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const = 0;

  absl::Status Encode(absl::string_view text, std::vector<int32_t>* ids) const { return Encode(text, nullptr, ids); }

  // Text that reads as the ids' pieces do. Not an inverse of Encode: what
  // normalisation removed is gone. Every id is in [0, vocabulary_size()).
  virtual std::string Decode(absl::Span<const int32_t> ids) const = 0;

  virtual const Vocabulary& vocabulary() const = 0;
  virtual const SpecialIds& special_ids() const = 0;

  // Two tokenizers of the same fingerprint give the same ids for any text.
  virtual uint64_t Fingerprint() const = 0;

  int vocabulary_size() const { return vocabulary().size(); }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_H_
