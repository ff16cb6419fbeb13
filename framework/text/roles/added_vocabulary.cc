#include "framework/text/roles/added_vocabulary.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace retort {

int32_t AddedVocabulary::NextId() const {
  int32_t next = model_.distinct();
  for (const AddedPiece& piece : pieces_) next = std::max(next, piece.id + 1);
  return next;
}

bool AddedVocabulary::IsTaken(int32_t id) const {
  if (id >= model_.size() || model_.IsHole(id)) return false;
  // Nobody sees a piece without text, or the first of two equal ones.
  return !model_.Piece(id).empty() && model_.Id(model_.Piece(id)) == id;
}

absl::Status AddedVocabulary::Add(const std::vector<AddedPiece>& batch, absl::string_view where) {
  int32_t next = NextId();
  for (AddedPiece piece : batch) {
    if (piece.text.empty()) continue;
    const std::optional<int32_t> known = Id(piece.text);
    piece.id = known.has_value() ? *known : next++;
    piece.in_model = model_.Id(piece.text).has_value();
    if (!known.has_value() && IsTaken(piece.id)) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": added piece \"", piece.text.substr(0, 100), "\": want an id of its own, got ",
                       piece.id, ", the number of pieces, which \"", model_.Piece(piece.id).substr(0, 100),
                       "\" has: give the vocabulary the piece itself, and every id from 0 on one piece"));
    }
    const auto [place, is_new] = index_.try_emplace(piece.text, pieces_.size());
    if (is_new) {
      pieces_.push_back(std::move(piece));
    } else {
      pieces_[place->second] = std::move(piece);
    }
  }
  return absl::OkStatus();
}

std::optional<int32_t> AddedVocabulary::Id(const std::string& text) const {
  const auto found = index_.find(text);
  if (found != index_.end()) return pieces_[found->second].id;
  return model_.Id(text);
}

Vocabulary AddedVocabulary::Whole() const {
  std::vector<std::optional<std::string>> pieces(std::max(model_.size(), pieces_.empty() ? 0 : NextId()));
  for (int32_t id = 0; id < model_.size(); ++id) {
    if (!model_.IsHole(id)) pieces[id] = model_.Piece(id);
  }
  for (const AddedPiece& piece : pieces_) pieces[piece.id] = piece.text;
  return Vocabulary::WithHoles(std::move(pieces));
}

}  // namespace retort
