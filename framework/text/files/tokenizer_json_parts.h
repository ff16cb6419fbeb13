#ifndef RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_PARTS_H_
#define RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_PARTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/bpe/byte_pair_merges.h"
#include "framework/text/sequence_template.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

// The parts of a tokenizer.json that both kinds of tokenizers share. Each
// function's `place` begins its messages. Thread-safe.

namespace retort {

struct AddedPieceLists {
  std::vector<AddedPiece> raw;         // found in the text as it is
  std::vector<AddedPiece> normalized;  // found in what is left, once it is normalised

  // Pieces and their ids.
  std::vector<std::pair<std::string, int64_t>> Ids() const;
};

// `added_tokens`. Errors: a piece that is empty or twice there, single_word.
// `in_model` of the pieces follows from `model_vocabulary`, an object.
absl::StatusOr<AddedPieceLists> ParseAddedPieces(const nlohmann::json& list, const nlohmann::json& model_vocabulary,
                                                 absl::string_view place);

// `post_processor`. Errors: templates that are no SequenceTemplate, and ids
// that are not in the vocabulary.
absl::StatusOr<SequenceTemplate> ParsePostProcessor(const nlohmann::json& processor, const Vocabulary& vocabulary,
                                                    absl::string_view place);

// `merges`, an array of "a b" or of ["a", "b"].
absl::StatusOr<std::vector<BytePairMerges::Pair>> ParseMerges(const nlohmann::json& list, absl::string_view place);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_FILES_TOKENIZER_JSON_PARTS_H_
