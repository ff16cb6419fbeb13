#ifndef RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_
#define RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/model/hugging_face.h"
#include "framework/text/vocabulary.h"

namespace retort {

// The pieces of a smaller vocabulary, in the order of the old one: the special pieces, every piece of one character
// (alone and as "##x") that occurs, and then the most frequent pieces, `size` in all. A word that lost its piece is
// spelled by shorter ones.
//
// Args: counts: how often each old piece occurs. REQUIRES: size >= what has to stay.
std::vector<std::string> ChoosePieces(const Vocabulary& vocabulary, absl::Span<const int64_t> counts, int64_t size);

// The model with the rows of its word embeddings that `pieces` name, in their order, and with a masked-LM head. A model
// without one gets a fresh head as BERT's initialisation draws it, from `seed`, whose decoder bias is the logarithm of
// the pieces' frequencies (with one added to each count).
//
// Args: counts: how often each piece of `pieces` occurs. Errors: NotFound if the model's vocabulary lacks a piece.
absl::StatusOr<LoadedModel> CutModel(const LoadedModel& model, const Vocabulary& vocabulary,
                                     const std::vector<std::string>& pieces, absl::Span<const int64_t> counts,
                                     uint64_t seed);

}  // namespace retort

#endif  // RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_
