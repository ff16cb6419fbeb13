#ifndef RETORT_FRAMEWORK_AUGMENT_MASKED_MASKED_WORDS_H_
#define RETORT_FRAMEWORK_AUGMENT_MASKED_MASKED_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "c10/core/Device.h"
#include "framework/augment/masked/text_words.h"
#include "framework/batch/batch.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Asks for the piece at a place of a text.
struct MaskedPlace {
  int64_t text = 0;   // Of the texts given.
  int64_t piece = 0;  // Of the text's pieces.
};

// A masked language model that is asked which pieces may stand in the place of another. Immutable; thread-safe.
class MaskedWordModel {
 public:
  // Encoder, parameters and tokenizer have to outlive it; the parameters are on `device`. Errors: InvalidArgument for a
  // model without a vocabulary head, or a causal one, and for a tokenizer without a piece for masked tokens.
  static absl::StatusOr<MaskedWordModel> Create(const Encoder& encoder, const ParameterSet& parameters,
                                                const Tokenizer& tokenizer, c10::Device device);

  // The `count` pieces with the largest logits at each place, of the vocabulary's pieces, the likeliest first. The
  // model reads [CLS] the text with [MASK] at the place [SEP] the text [SEP], where token types are 1 after the first
  // [SEP], cut to its longest sequence; for a place behind that there are none. Errors: what libtorch throws.
  absl::StatusOr<std::vector<std::vector<int32_t>>> LikelyPieces(absl::Span<const WordedText> texts,
                                                                 absl::Span<const MaskedPlace> places, int count) const;

 private:
  MaskedWordModel(const Encoder* encoder, const ParameterSet* parameters, const Tokenizer* tokenizer,
                  c10::Device device)
      : encoder_(encoder), parameters_(parameters), tokenizer_(tokenizer), device_(device) {}

  // Positions of a text's questions.
  int64_t Length(const WordedText& text) const;
  // What the model reads, with a label at the place that is asked for.
  StepSequence Question(const WordedText& text, int64_t piece) const;
  // The ids of the likeliest pieces at the labels, [n, count] int64 on the host.
  at::Tensor Likely(const Batch& questions, int count) const;
  absl::StatusOr<std::vector<std::vector<int32_t>>> Answers(const StepBatch& questions, int count) const;
  // Which places the model can read, those of long texts first, so that batches hold little padding.
  std::vector<size_t> ReadablePlaces(absl::Span<const WordedText> texts, absl::Span<const MaskedPlace> places) const;

  const Encoder* encoder_;
  const ParameterSet* parameters_;
  const Tokenizer* tokenizer_;
  c10::Device device_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_MASKED_MASKED_WORDS_H_
