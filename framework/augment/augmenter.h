#ifndef RETORT_FRAMEWORK_AUGMENT_AUGMENTER_H_
#define RETORT_FRAMEWORK_AUGMENT_AUGMENTER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "c10/core/Device.h"
#include "framework/augment/masked/masked_words.h"
#include "framework/augment/masked/text_words.h"
#include "framework/augment/word_vectors.h"
#include "framework/base/problems.h"
#include "framework/data/examples/task_reader.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/text/tokenizer.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {

struct AugmentationOptions {
  int copies = 20;           // N_a: new examples of each text.
  int candidates = 15;       // K: of each word.
  double probability = 0.4;  // p_t: of replacing a word.
  uint64_t seed = 1;         // Of the words that are replaced, and by what.
  bool distinct = false;     // Leaves out copies that are equal to the text or to an earlier copy.
};

// Adds what is wrong with the options, more than 10,000 copies too; a problem's place is `place` and the option's name:
// "--copies".
void CheckAugmentation(const std::string& place, const AugmentationOptions& options, Problems* problems);

// A word of a text.
struct WordCandidates {
  std::string word;                     // As the tokenizer's normalisation leaves it.
  std::vector<std::string> candidates;  // What may stand in its place; empty: the word is never replaced.
};

// The data augmentation of TinyBERT (Jiao et al. 2020, arXiv:1909.10351, algorithm 1), as its authors' code has it. A
// word is one of BERT's basic tokenization. Of letters a to z alone (in either case) and no stop word, it may be
// replaced:
//
// - of one piece, by a candidate of a masked language model, which reads [CLS] the text with [MASK] in the place of the
//   word [SEP] the text as it is [SEP], cut to the model's longest sequence: the pieces with the K largest logits
//   without those that begin with "##";
// - of several pieces, by one of its K nearest neighbours among word vectors.
//
// A word without candidates, or whose [MASK] is cut off, has itself as the only one. A copy of a text is its words
// joined by blanks, each replaced with probability p_t by a candidate drawn uniformly.
//
// Augment asks for candidates of those words alone that a copy replaces. The model reads the masked texts of all texts
// given together, batched by length, and its head reads the masked positions alone. Computes in the type of the
// parameters without gradient or dropout. Immutable; thread-safe.
class Augmenter {
 public:
  // The model's parts, the tokenizer and the word vectors have to outlive it; the parameters are on `device`. Without
  // word vectors (null) words of several pieces stay as they are.
  //
  // Errors: InvalidArgument for a model without a vocabulary head, or a causal one, for a tokenizer that is no
  // WordPiece one, or without a piece for masked tokens, and for options that are out of range.
  static absl::StatusOr<Augmenter> Create(const Encoder& encoder, const ParameterSet& parameters,
                                          const Tokenizer& tokenizer, const WordVectors* word_vectors,
                                          const AugmentationOptions& options, c10::Device device);

  // The words of each text in their order. Errors: InvalidArgument for a text that is not UTF-8; what libtorch throws.
  absl::StatusOr<std::vector<std::vector<WordCandidates>>> Candidates(absl::Span<const std::string> texts) const;

  // The rows of each example: the example as it is, `copies` whose first text is a copy and, of a pair, `copies` whose
  // second text is. (The authors' code has the last copy of the first text in the place of the first text of these, and
  // the example twice.) A copy has the label, score and place of the example, and the id "17.3" where the example has
  // "17".
  //
  // `first` is the number of the first example among those that are augmented, from 0: what is drawn for an example
  // follows from the seed and its number alone. Candidates follow from the texts given together only by rounding, so
  // that equal calls give equal rows. Errors: those of Candidates, with the place of the example.
  absl::StatusOr<std::vector<std::vector<TaskExample>>> Augment(absl::Span<const TaskExample> examples,
                                                                int64_t first = 0) const;

  const AugmentationOptions& options() const { return options_; }

 private:
  Augmenter(const WordPieceTokenizer* tokenizer, MaskedWordModel model, const WordVectors* word_vectors,
            const AugmentationOptions& options)
      : tokenizer_(tokenizer), model_(std::move(model)), word_vectors_(word_vectors), options_(options) {}

  // Pieces as words; those within words are left out.
  std::vector<std::string> Words(const std::vector<int32_t>& pieces) const;
  using WantedWords = std::vector<std::vector<bool>>;  // By text and word.
  // Words that are not wanted have no candidates.
  absl::StatusOr<std::vector<std::vector<WordCandidates>>> CandidatesOf(absl::Span<const WordedText> texts,
                                                                        const WantedWords& wanted) const;

  const WordPieceTokenizer* tokenizer_;
  MaskedWordModel model_;
  const WordVectors* word_vectors_;
  AugmentationOptions options_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_AUGMENT_AUGMENTER_H_
