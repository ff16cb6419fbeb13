#ifndef RETORT_FRAMEWORK_TEXT_ROLES_SPECIAL_PIECES_H_
#define RETORT_FRAMEWORK_TEXT_ROLES_SPECIAL_PIECES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/added_pieces.h"
#include "framework/text/roles/added_vocabulary.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"

// The pieces that the files beside a vocabulary add to it, and their roles, as transformers' AutoTokenizer reads them.
// Thread-safe.

namespace retort {

// Pieces by role, "mask_token"; nullopt for a role that nothing has.
using PieceRoles = std::map<std::string, std::optional<AddedPiece>>;

struct SpecialPieces {
  PieceRoles roles;                // of those that are said
  std::vector<AddedPiece> listed;  // in the order of the ids beside them
  std::vector<AddedPiece> named;   // those of other roles, such as "image_token"
  std::vector<AddedPiece> extra;
};

// What is read of them; an object each, empty for a file that is not there, and what their messages begin with.
struct SpecialPieceFiles {
  const nlohmann::json* config;  // tokenizer_config.json
  std::string config_path;
  const nlohmann::json* map;  // special_tokens_map.json
  std::string map_path;
  const nlohmann::json* added;  // added_tokens.json
  std::string added_path;
  const nlohmann::json* whole_added;  // added_tokens of a tokenizer.json, or null
  std::string whole_path;
};

// An added piece with the fields of Hugging Face's AddedToken, without its id. `strict`: as the tokenizers library
// reads it, which wants every field; else as Python's constructor does.
absl::StatusOr<AddedPiece> ParseAddedPiece(const nlohmann::json& json, absl::string_view place, bool strict);

// An added_tokens_decoder in tokenizer_config.json is all there is; without one the other files count too, in the order
// special_tokens_map.json, added_tokens.json, tokenizer.json. Errors, naming the place: values of other types than
// AutoTokenizer takes.
absl::StatusOr<SpecialPieces> ReadSpecialPieces(const SpecialPieceFiles& files);

// Adds them, as a tokenizer class does that gives the roles in `defaults` to pieces where nothing is said. Errors,
// which begin with `where`: those of AddedVocabulary; a default that is not there, since no class's vocabulary lacks it
// but by mistake; several new pieces of other roles, whose order no file tells.
absl::Status AddSpecialPieces(const SpecialPieces& special, const PieceRoles& defaults, absl::string_view where,
                              AddedVocabulary* vocabulary);

// The id of the role's piece, which was added; kNoId where nothing has the role.
int32_t RoleId(const SpecialPieces& special, const PieceRoles& defaults, const std::string& role,
               const AddedVocabulary& vocabulary);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TEXT_ROLES_SPECIAL_PIECES_H_
