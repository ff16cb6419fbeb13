#ifndef RETORT_FRAMEWORK_TEXT_ROLES_PIECE_ROLES_H_
#define RETORT_FRAMEWORK_TEXT_ROLES_PIECE_ROLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/roles/added_vocabulary.h"
#include "framework/text/roles/special_pieces.h"
#include "framework/text/tokenizer.h"

// Which pieces have which roles: what files say, and the names of BERT, RoBERTa and GPT-2 where they say nothing.
// `where` begins messages. Pure functions.

namespace retort {

// The pieces that make a vocab.json RoBERTa's.
const std::vector<std::string>& RobertaPieces();

// [UNK], [SEP], [PAD], [CLS] and [MASK].
const PieceRoles& BertRoles();

// <s>, </s>, <unk>, <pad> and <mask>; `mask_strips_left`: see MaskStripsLeft().
PieceRoles RobertaRoles(bool mask_strips_left);

// <|endoftext|>, which begins, ends and is unknown.
const PieceRoles& Gpt2Roles();

// RoBERTa's or GPT-2's if the pieces are there, else none.
PieceRoles DefaultByteRoles(const AddedVocabulary& pieces);

// `unk` stands for what no pieces spell. Errors: a role but the mask's that no piece of the vocabulary has.
absl::StatusOr<SpecialIds> WordPieceRoles(const SpecialPieces& special, const std::string& unk,
                                          const AddedVocabulary& pieces, absl::string_view where);

// What ends a text has the roles, but the mask's, that no other piece has. Errors: neither is there.
absl::StatusOr<SpecialIds> ByteBpeRoles(const SpecialPieces& special, const PieceRoles& defaults,
                                        const AddedVocabulary& pieces, absl::string_view where);

// Added pieces as ByteBpeParts has them.
std::vector<std::vector<AddedPiece>> StagesOf(const std::vector<AddedPiece>& pieces);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_ROLES_PIECE_ROLES_H_
