#include "framework/text/added_pieces.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace retort {

std::string AddedPieceText(const AddedPiece& piece) {
  return absl::StrCat(piece.id, ":", piece.strip_left, piece.strip_right, piece.single_word, piece.normalized,
                      piece.in_model);
}

AddedPieces::AddedPieces(std::vector<AddedPiece> pieces) : pieces_(std::move(pieces)) {
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const std::string& text = pieces_[i].text;
    CHECK(!text.empty()) << "added piece " << i;
    CHECK(index_.try_emplace(text, i).second) << "added twice: " << text;
    std::vector<size_t>& lengths = lengths_from_[static_cast<uint8_t>(text[0])];
    if (lengths.empty()) first_bytes_.push_back(text[0]);
    lengths.push_back(text.size());
  }
  for (std::vector<size_t>& lengths : lengths_from_) {
    std::sort(lengths.begin(), lengths.end(), std::greater<>());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  }
}

std::optional<AddedPieces::Match> AddedPieces::Find(absl::string_view text, size_t from) const {
  const auto next_candidate = [&](size_t at) {
    return first_bytes_.size() == 1 ? text.find(first_bytes_[0], at) : text.find_first_of(first_bytes_, at);
  };
  if (first_bytes_.empty()) return std::nullopt;
  for (size_t at = next_candidate(from); at != absl::string_view::npos; at = next_candidate(at + 1)) {
    for (const size_t length : lengths_from_[static_cast<uint8_t>(text[at])]) {
      if (length > text.size() - at) continue;
      const auto found = index_.find(text.substr(at, length));
      if (found == index_.end()) continue;
      return Match{at, at + length, &pieces_[found->second]};
    }
  }
  return std::nullopt;
}

}  // namespace retort
