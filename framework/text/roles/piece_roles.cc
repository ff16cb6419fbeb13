#include "framework/text/roles/piece_roles.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

AddedPiece Piece(const std::string& text) {
  AddedPiece piece;
  piece.text = text;
  return piece;
}

}  // namespace

const std::vector<std::string>& RobertaPieces() {
  static const auto* const pieces = new std::vector<std::string>{"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
  return *pieces;
}

const PieceRoles& BertRoles() {
  static const auto* const roles = new PieceRoles{{"unk_token", Piece("[UNK]")},
                                                  {"sep_token", Piece("[SEP]")},
                                                  {"pad_token", Piece("[PAD]")},
                                                  {"cls_token", Piece("[CLS]")},
                                                  {"mask_token", Piece("[MASK]")}};
  return *roles;
}

PieceRoles RobertaRoles(bool mask_strips_left) {
  AddedPiece mask = Piece("<mask>");
  mask.strip_left = mask_strips_left;
  return {{"bos_token", Piece("<s>")},    {"eos_token", Piece("</s>")},  {"unk_token", Piece("<unk>")},
          {"sep_token", Piece("</s>")},   {"pad_token", Piece("<pad>")}, {"cls_token", Piece("<s>")},
          {"mask_token", std::move(mask)}};
}

const PieceRoles& Gpt2Roles() {
  static const auto* const roles = new PieceRoles{{"bos_token", Piece("<|endoftext|>")},
                                                  {"eos_token", Piece("<|endoftext|>")},
                                                  {"unk_token", Piece("<|endoftext|>")}};
  return *roles;
}

PieceRoles DefaultByteRoles(const AddedVocabulary& pieces) {
  bool roberta = true;
  for (const std::string& piece : RobertaPieces()) roberta = roberta && pieces.Id(piece).has_value();
  if (roberta) return RobertaRoles(/*mask_strips_left=*/false);
  return pieces.Id("<|endoftext|>").has_value() ? Gpt2Roles() : PieceRoles();
}

absl::StatusOr<SpecialIds> WordPieceRoles(const SpecialPieces& special, const std::string& unk,
                                          const AddedVocabulary& pieces, absl::string_view where) {
  SpecialIds ids;
  ids.unk = pieces.model().Id(unk).value_or(kNoId);
  const std::pair<const char*, int32_t*> wanted[] = {
      {"pad_token", &ids.pad}, {"cls_token", &ids.cls}, {"sep_token", &ids.sep}, {"mask_token", &ids.mask}};
  for (const auto& [role, id] : wanted) {
    *id = RoleId(special, BertRoles(), role, pieces);
    const auto said = special.roles.find(role);
    const bool may_lack = id == &ids.mask && said != special.roles.end() && !said->second.has_value();
    if (*id != kNoId || may_lack) continue;
    return absl::InvalidArgumentError(absl::StrCat(where, ": vocabulary of ", pieces.model().size(),
                                                   " pieces: want the special piece ", BertRoles().at(role)->text,
                                                   ", got none: name another piece as \"", role,
                                                   "\" in a tokenizer_config.json beside it"));
  }
  return ids;
}

absl::StatusOr<SpecialIds> ByteBpeRoles(const SpecialPieces& special, const PieceRoles& defaults,
                                        const AddedVocabulary& pieces, absl::string_view where) {
  const auto id = [&](const char* role, int32_t otherwise) {
    const int32_t found = RoleId(special, defaults, role, pieces);
    return found == kNoId ? otherwise : found;
  };
  SpecialIds ids;
  const int32_t end = id("eos_token", id("sep_token", kNoId));
  ids = {id("pad_token", end), id("unk_token", end),    id("cls_token", id("bos_token", end)),
         id("sep_token", end), id("mask_token", kNoId), end};
  for (const int32_t wanted : {ids.pad, ids.unk, ids.cls, ids.sep}) {
    if (wanted != kNoId) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want the special pieces <s>, <pad>, </s>, <unk> and <mask>, or <|endoftext|>, got ",
                     "neither: name others as \"eos_token\" and so on in a tokenizer_config.json beside it"));
  }
  return ids;
}

std::vector<std::vector<AddedPiece>> StagesOf(const std::vector<AddedPiece>& pieces) {
  std::vector<std::vector<AddedPiece>> stages(2);
  for (const AddedPiece& piece : pieces) stages[piece.normalized ? 1 : 0].push_back(piece);
  return stages;
}

}  // namespace retort
