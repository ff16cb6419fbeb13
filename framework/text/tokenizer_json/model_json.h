#ifndef RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_MODEL_JSON_H_
#define RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_MODEL_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/json/json_fields.h"
#include "framework/text/bpe/byte_pair_merges.h"
#include "framework/text/vocabulary.h"
#include "nlohmann/json.hpp"

// The `model` of a tokenizer.json. Errors name the field. Thread-safe.

namespace retort {

enum class ModelKind { kWordPiece, kBpe };

// The model's kind, by its `type`, or, without one, by its fields, as the tokenizers library guesses. Errors: any other
// kind, with what to do about it.
absl::StatusOr<ModelKind> KindOfModel(JsonFields* model);

struct WordPieceModel {
  Vocabulary vocabulary;
  std::string unk;
  int max_characters_per_word;
};

struct BpeModel {
  Vocabulary vocabulary;
  std::vector<BytePairMerges::Pair> merges;
};

// All of the model: options that are not supported are errors, fields that the tokenizers library does not know are
// nothing to it, nor here.
absl::StatusOr<WordPieceModel> ParseWordPieceModel(JsonFields* model);
absl::StatusOr<BpeModel> ParseBpeModel(JsonFields* model);

// Whether a line of merges that begins with "#version" is the heading of their file, which is none of them. It is where
// a whole tokenizer.json is read; a class that takes the merges alone gives them to a new model, which has no headings.
enum class MergesHeading { kSkipped, kAMerge };

// Its pieces, and its merges, alone.
absl::StatusOr<Vocabulary> ParsePieces(JsonFields* model);
absl::StatusOr<std::vector<BytePairMerges::Pair>> ParseMerges(JsonFields* model, MergesHeading heading);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_TOKENIZER_JSON_MODEL_JSON_H_
