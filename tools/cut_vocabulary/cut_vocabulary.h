#ifndef RETORT_TOOLS_CUT_VOCABULARY_CUT_VOCABULARY_H_
#define RETORT_TOOLS_CUT_VOCABULARY_CUT_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/data/tokens/token_store.h"
#include "framework/text/tokenizer.h"
#include "framework/text/vocabulary.h"

namespace retort {

// Sizes of cut vocabularies are multiples of this, which suits matrix products.
inline constexpr int kVocabularySizeStep = 64;

// Adds to `counts`, one per piece, how often each piece stands in the store's training documents.
void CountTrainingPieces(const TokenStore& store, double select_share, double report_share,
                         std::vector<int64_t>* counts);

// The `size` pieces of a WordPiece vocabulary that a smaller one is made of: [PAD], [UNK], [CLS], [SEP] and [MASK] in
// this order, then, in the order of the vocabulary,
//   - every piece of one character, with or without "##", whose character is in a piece that occurs; so each word
//     that had pieces and was seen still has some,
//   - and of the others those with the largest counts; of equal counts the first.
//
// Errors: InvalidArgument if `size` is not a multiple of kVocabularySizeStep, larger than the vocabulary, or too small
// for the special pieces and the characters.
absl::StatusOr<std::vector<std::string>> CutVocabulary(const Vocabulary& vocabulary, const SpecialIds& special_ids,
                                                       absl::Span<const int64_t> counts, int size);

}  // namespace retort

#endif  // RETORT_TOOLS_CUT_VOCABULARY_CUT_VOCABULARY_H_
