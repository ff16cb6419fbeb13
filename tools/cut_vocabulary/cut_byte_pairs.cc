#include "tools/cut_vocabulary/cut_byte_pairs.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "tools/cut_vocabulary/cut_vocabulary.h"

namespace retort {

std::string BytePairVocabulary::VocabJson() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (size_t id = 0; id < pieces.size(); ++id) json[pieces[id]] = id;
  return json.dump() + "\n";
}

std::string BytePairVocabulary::MergesText() const {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : merges) absl::StrAppend(&text, left, " ", right, "\n");
  return text;
}

absl::StatusOr<BytePairVocabulary> CutBytePairs(const Vocabulary& vocabulary,
                                                const std::vector<BytePairMerges::Pair>& merges,
                                                absl::string_view where, int size) {
  RETORT_RETURN_IF_ERROR(BytePairMerges::Create(merges, vocabulary, where).status());
  absl::flat_hash_set<std::string> made, kept;
  for (const auto& [left, right] : merges) made.insert(absl::StrCat(left, right));
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (!made.contains(vocabulary.Piece(id))) kept.insert(vocabulary.Piece(id));
  }
  if (size <= 0 || size % kVocabularySizeStep != 0 || size < static_cast<int>(kept.size()) ||
      size > vocabulary.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("size: want a multiple of ", kVocabularySizeStep, " of at least the ", kept.size(),
                     " pieces that no merge makes and at most ", vocabulary.size(), ", got ", size));
  }
  BytePairVocabulary cut;
  for (const BytePairMerges::Pair& merge : merges) {
    if (static_cast<int>(kept.size()) == size) break;
    if (!kept.contains(merge.first) || !kept.contains(merge.second)) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": merge ", cut.merges.size(),
                                                     ": want two pieces that are there, got ", merge.first, " and ",
                                                     merge.second));
    }
    kept.insert(absl::StrCat(merge.first, merge.second));
    cut.merges.push_back(merge);
  }
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (kept.contains(vocabulary.Piece(id))) cut.pieces.push_back(vocabulary.Piece(id));
  }
  return cut;
}

}  // namespace retort
