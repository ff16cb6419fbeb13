#include "tools/cut_vocabulary/cut_vocabulary.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/data/sequences/sequence_set.h"
#include "glog/logging.h"

namespace retort {
namespace {

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The UTF-8 characters of a piece, without a leading "##".
std::vector<absl::string_view> Characters(absl::string_view piece) {
  if (piece.size() > 2) piece = absl::StripPrefix(piece, "##");
  std::vector<absl::string_view> characters;
  for (size_t begin = 0; begin < piece.size();) {
    size_t end = begin + 1;
    while (end < piece.size() && ContinuesCharacter(piece[end])) ++end;
    characters.push_back(piece.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

// For each piece whether it has to stay whatever its count.
std::vector<bool> RequiredPieces(const Vocabulary& vocabulary, absl::Span<const int32_t> specials,
                                 absl::Span<const int64_t> counts) {
  std::vector<bool> required(vocabulary.size(), false);
  for (const int32_t id : specials) required[id] = true;
  absl::flat_hash_set<std::string> seen;
  for (int id = 0; id < vocabulary.size(); ++id) {
    if (counts[id] == 0 || required[id]) continue;
    for (const absl::string_view character : Characters(vocabulary.Piece(id))) seen.emplace(character);
  }
  for (int id = 0; id < vocabulary.size(); ++id) {
    const auto characters = Characters(vocabulary.Piece(id));
    if (characters.size() == 1 && seen.contains(characters[0])) required[id] = true;
  }
  return required;
}

}  // namespace

void CountTrainingPieces(const TokenStore& store, double select_share, double report_share,
                         std::vector<int64_t>* counts) {
  std::vector<int32_t> ids;
  for (int64_t document = 0; document < store.documents(); ++document) {
    if (SplitOf(store.TextHash(document), select_share, report_share) != Split::kTrain) continue;
    ids.resize(store.Length(document));
    store.Copy(document, 0, absl::MakeSpan(ids));
    for (const int32_t id : ids) ++counts->at(id);
  }
}

absl::StatusOr<std::vector<std::string>> CutVocabulary(const Vocabulary& vocabulary, const SpecialIds& special_ids,
                                                       absl::Span<const int64_t> counts, int size) {
  CHECK_EQ(counts.size(), static_cast<size_t>(vocabulary.size()));
  if (size <= 0 || size % kVocabularySizeStep != 0 || size > vocabulary.size()) {
    return absl::InvalidArgumentError(absl::StrCat("size: want a multiple of ", kVocabularySizeStep, " of at most ",
                                                   vocabulary.size(), " pieces, got ", size));
  }
  const std::vector<int32_t> specials = {special_ids.pad, special_ids.unk, special_ids.cls, special_ids.sep,
                                         special_ids.mask};
  const std::vector<bool> required = RequiredPieces(vocabulary, specials, counts);
  const int64_t needed = std::count(required.begin(), required.end(), true);
  if (needed > size) {
    return absl::InvalidArgumentError(
        absl::StrCat("size: want at least the ", needed, " special pieces and characters that occur, got ", size));
  }
  std::vector<int32_t> kept(vocabulary.size());
  std::iota(kept.begin(), kept.end(), 0);
  std::stable_sort(kept.begin(), kept.end(), [&](int32_t a, int32_t b) {
    return required[a] != required[b] ? required[a] : counts[a] > counts[b];
  });
  kept.resize(size);
  std::sort(kept.begin(), kept.end());
  std::vector<std::string> pieces;
  for (const int32_t id : specials) pieces.push_back(vocabulary.Piece(id));
  for (const int32_t id : kept) {
    if (std::find(specials.begin(), specials.end(), id) == specials.end()) pieces.push_back(vocabulary.Piece(id));
  }
  return pieces;
}

}  // namespace retort
