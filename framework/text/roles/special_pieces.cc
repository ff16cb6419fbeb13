#include "framework/text/roles/special_pieces.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"

namespace retort {
namespace {

using Json = nlohmann::json;
using PiecesById = std::map<int64_t, AddedPiece>;

// In the order in which new ones get ids.
constexpr const char* kRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                  "pad_token", "cls_token", "mask_token"};
constexpr char kExtra[] = "extra_special_tokens";
constexpr char kOldExtra[] = "additional_special_tokens";

bool IsRole(const std::string& name) {
  return std::find(std::begin(kRoles), std::end(kRoles), name) != std::end(kRoles);
}

bool IsTyped(const Json& value) { return value.is_object() && value.value("__type", Json()) == Json("AddedToken"); }

absl::Status Want(absl::string_view place, absl::string_view wanted, const Json& got) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": want ", wanted, ", got ", Shown(got)));
}

AddedPiece Plain(const std::string& text) {
  AddedPiece piece;
  piece.text = text;
  return piece;
}

// A special piece: its text, or an object with "__type": "AddedToken".
absl::StatusOr<AddedPiece> ParsePiece(const Json& value, const std::string& place) {
  if (value.is_string()) return Plain(value.get<std::string>());
  if (IsTyped(value)) return ParseAddedPiece(value, place, /*strict=*/false);
  return Want(place, "a piece or an object of \"__type\": \"AddedToken\"", value);
}

// A role's piece in special_tokens_map.json, where objects have no type.
absl::StatusOr<AddedPiece> ParseMapped(Json value, const std::string& place) {
  if (!value.is_object()) return ParsePiece(value, place);
  value["special"] = true;
  return ParseAddedPiece(value, place, /*strict=*/false);
}

absl::Status AppendList(const Json& list, const std::string& place, std::vector<AddedPiece>* pieces) {
  for (const Json& value : list) {
    RETORT_ASSIGN_OR_RETURN(pieces->emplace_back(), ParsePiece(value, place));
  }
  return absl::OkStatus();
}

bool Says(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && !found->is_null() && !(found->is_structured() && found->empty());
}

// The list of extra pieces, or an object of pieces by role.
absl::Status ReadExtra(const Json& value, const std::string& place, SpecialPieces* special) {
  if (value.is_array()) return AppendList(value, place, &special->extra);
  if (!value.is_object()) return Want(place, "a list or an object of pieces", value);
  for (const auto& [role, piece] : value.items()) {
    RETORT_ASSIGN_OR_RETURN(special->named.emplace_back(), ParsePiece(piece, absl::StrCat(place, ".", role)));
  }
  return absl::OkStatus();
}

absl::Status ReadConfig(const Json& config, const std::string& path, SpecialPieces* special) {
  for (const auto& [name, value] : config.items()) {
    const std::string place = absl::StrCat(path, ": ", name.substr(0, 100));
    if (IsRole(name) && value.is_null()) {
      special->roles[name] = std::nullopt;
    } else if (IsRole(name)) {
      RETORT_ASSIGN_OR_RETURN(special->roles[name], ParsePiece(value, place));
    } else if (absl::EndsWith(name, "_token") && (value.is_string() || IsTyped(value))) {
      RETORT_ASSIGN_OR_RETURN(special->named.emplace_back(), ParsePiece(value, place));
    }
  }
  const char* extra = Says(config, kExtra) ? kExtra : kOldExtra;
  if (!Says(config, extra)) return absl::OkStatus();
  return ReadExtra(config[extra], absl::StrCat(path, ": ", extra), special);
}

absl::Status ReadMap(const Json& map, const std::string& path, bool config_has_extra, SpecialPieces* special) {
  for (const auto& [name, value] : map.items()) {
    const std::string place = absl::StrCat(path, ": ", name.substr(0, 100));
    if (IsRole(name) && value.is_null()) {
      special->roles[name] = std::nullopt;
    } else if (IsRole(name)) {
      RETORT_ASSIGN_OR_RETURN(special->roles[name], ParseMapped(value, place));
    } else if (absl::EndsWith(name, "_token") && (value.is_string() || value.is_object())) {
      RETORT_ASSIGN_OR_RETURN(special->named.emplace_back(), ParseMapped(value, place));
    } else if (name == kExtra && !value.is_null()) {
      RETORT_RETURN_IF_ERROR(ReadExtra(value, place, special));
    } else if (name == kOldExtra && !config_has_extra && !map.contains(kExtra) && !value.is_null()) {
      RETORT_RETURN_IF_ERROR(ReadExtra(value, place, special));
    }
  }
  return absl::OkStatus();
}

// added_tokens_decoder: {"30522": {"content": "[NEW]"}}.
absl::Status ReadDecoder(const Json& decoder, const std::string& place, PiecesById* pieces) {
  RETORT_RETURN_IF_ERROR(JsonFields::Open(decoder, place).status());
  for (const auto& [id, value] : decoder.items()) {
    int64_t number;
    if (!absl::SimpleAtoi(id, &number)) return Want(place, "ids", Json(id));
    RETORT_ASSIGN_OR_RETURN((*pieces)[number], ParseAddedPiece(value, absl::StrCat(place, ".", id), /*strict=*/false));
  }
  return absl::OkStatus();
}

// added_tokens.json: {"[NEW]": 30522}.
absl::Status ReadAdded(const Json& added, const std::string& path, const SpecialPieces& special, PiecesById* pieces) {
  absl::flat_hash_set<std::string> known;
  for (const auto& [role, piece] : special.roles) {
    if (piece.has_value()) known.insert(piece->text);
  }
  for (const AddedPiece& piece : special.extra) known.insert(piece.text);
  for (const auto& [text, id] : added.items()) {
    if (!id.is_number_integer()) return Want(absl::StrCat(path, ": ", text.substr(0, 100)), "an id", id);
    AddedPiece piece = Plain(text);
    piece.special = known.contains(text);
    piece.normalized = !piece.special;
    (*pieces)[id.get<int64_t>()] = piece;
  }
  return absl::OkStatus();
}

absl::Status ReadWholeAdded(const Json& list, const std::string& place, PiecesById* pieces) {
  if (!list.is_array()) return Want(place, "a list", list);
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string item = absl::StrCat(place, "[", i, "]");
    RETORT_ASSIGN_OR_RETURN(AddedPiece piece, ParseAddedPiece(list[i], item, /*strict=*/false));
    RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(list[i], item));
    RETORT_ASSIGN_OR_RETURN(const int32_t id, fields.Int("id"));
    (*pieces)[id] = std::move(piece);
  }
  return absl::OkStatus();
}

std::optional<AddedPiece> RolePiece(const SpecialPieces& special, const PieceRoles& defaults, const std::string& role) {
  for (const PieceRoles* roles : {&special.roles, &defaults}) {
    const auto found = roles->find(role);
    if (found != roles->end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<AddedPiece> ParseAddedPiece(const Json& json, absl::string_view place, bool strict) {
  RETORT_ASSIGN_OR_RETURN(JsonFields fields, JsonFields::Open(json, place));
  const auto flag = [&](const char* name, bool otherwise) {
    return strict ? fields.Bool(name) : fields.BoolNotNull(name, otherwise);
  };
  AddedPiece piece;
  RETORT_ASSIGN_OR_RETURN(piece.text, fields.String("content"));
  RETORT_ASSIGN_OR_RETURN(piece.special, flag("special", false));
  RETORT_ASSIGN_OR_RETURN(piece.strip_left, flag("lstrip", false));
  RETORT_ASSIGN_OR_RETURN(piece.strip_right, flag("rstrip", false));
  RETORT_ASSIGN_OR_RETURN(piece.single_word, flag("single_word", false));
  RETORT_ASSIGN_OR_RETURN(piece.normalized, flag("normalized", !piece.special));
  return piece;
}

absl::StatusOr<SpecialPieces> ReadSpecialPieces(const SpecialPieceFiles& files) {
  SpecialPieces special;
  const Json& config = *files.config;
  RETORT_RETURN_IF_ERROR(ReadConfig(config, files.config_path, &special));
  PiecesById by_id;
  if (config.contains("added_tokens_decoder")) {
    const std::string place = files.config_path + ": added_tokens_decoder";
    RETORT_RETURN_IF_ERROR(ReadDecoder(config["added_tokens_decoder"], place, &by_id));
  } else {
    const bool has_extra = Says(config, kExtra) || Says(config, kOldExtra);
    RETORT_RETURN_IF_ERROR(ReadMap(*files.map, files.map_path, has_extra, &special));
    RETORT_RETURN_IF_ERROR(ReadAdded(*files.added, files.added_path, special, &by_id));
    if (files.whole_added != nullptr) {
      RETORT_RETURN_IF_ERROR(ReadWholeAdded(*files.whole_added, files.whole_path, &by_id));
    }
  }
  for (auto& [id, piece] : by_id) special.listed.push_back(std::move(piece));
  return special;
}

absl::Status AddSpecialPieces(const SpecialPieces& special, const PieceRoles& defaults, absl::string_view where,
                              AddedVocabulary* vocabulary) {
  std::vector<AddedPiece> batch = special.listed, unlisted;
  absl::flat_hash_set<std::string> listed, roles;
  for (const AddedPiece& piece : batch) listed.insert(piece.text);
  for (const char* role : kRoles) {
    const std::optional<AddedPiece> piece = RolePiece(special, defaults, role);
    if (!piece.has_value()) continue;
    if (special.roles.count(role) == 0 && !listed.contains(piece->text) && !vocabulary->Id(piece->text).has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": want the special piece ", piece->text,
                                                     ", got none: give the vocabulary one, or name another piece as \"",
                                                     role, "\" in tokenizer_config.json"));
    }
    roles.insert(piece->text);
    unlisted.push_back(*piece);
  }
  int new_names = 0;
  for (const AddedPiece& piece : special.named) {
    new_names += !listed.contains(piece.text) && !vocabulary->Id(piece.text).has_value();
    roles.insert(piece.text);
    unlisted.push_back(piece);
  }
  if (new_names > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want the ids of \"", special.named[0].text.substr(0, 100), "\" and \"",
                     special.named[1].text.substr(0, 100),
                     "\", got none: list them in added_tokens_decoder of tokenizer_config.json"));
  }
  unlisted.insert(unlisted.end(), special.extra.begin(), special.extra.end());
  for (AddedPiece& piece : unlisted) {
    if (!listed.contains(piece.text) && !vocabulary->Has(piece.text)) batch.push_back(std::move(piece));
  }
  for (AddedPiece& piece : batch) piece.special = piece.special || roles.contains(piece.text);
  return vocabulary->Add(batch, where);
}

int32_t RoleId(const SpecialPieces& special, const PieceRoles& defaults, const std::string& role,
               const AddedVocabulary& vocabulary) {
  const std::optional<AddedPiece> piece = RolePiece(special, defaults, role);
  return piece.has_value() ? vocabulary.Id(piece->text).value_or(kNoId) : kNoId;
}

}  // namespace retort
