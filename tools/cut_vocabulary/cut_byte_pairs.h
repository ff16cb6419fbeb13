#ifndef RETORT_TOOLS_CUT_VOCABULARY_CUT_BYTE_PAIRS_H_
#define RETORT_TOOLS_CUT_VOCABULARY_CUT_BYTE_PAIRS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/bpe/byte_pair_merges.h"
#include "framework/text/vocabulary.h"

namespace retort {

// A byte-pair vocabulary as its two files say it.
struct BytePairVocabulary {
  std::vector<std::string> pieces;  // Ids are their places.
  std::vector<BytePairMerges::Pair> merges;

  std::string VocabJson() const;
  std::string MergesText() const;
};

// The first merges of a vocabulary, with the pieces that no merge makes (bytes, <|endoftext|>) and those that these
// merges make: `size` pieces in their old order. Merges are ranked by how often they occurred in the text that the
// vocabulary was made from, so that this is the vocabulary that would have been made had fewer pieces been asked for.
//
// Errors: those of BytePairMerges::Create, that begin with `where`; InvalidArgument for a size that is no multiple of
// kVocabularySizeStep, or that is smaller than the pieces that stay anyway or larger than the vocabulary; for a merge
// of pieces that are not there yet.
absl::StatusOr<BytePairVocabulary> CutBytePairs(const Vocabulary& vocabulary,
                                                const std::vector<BytePairMerges::Pair>& merges,
                                                absl::string_view where, int size);

}  // namespace retort

#endif  // RETORT_TOOLS_CUT_VOCABULARY_CUT_BYTE_PAIRS_H_
