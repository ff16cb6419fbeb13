#include "framework/text/bpe/vocabulary_json.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/unicode/text_file.h"

namespace retort {

absl::StatusOr<Vocabulary> LoadVocabularyJson(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_RETURN_IF_ERROR(CheckTextFile(text, path));
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json pieces, ParseStrictJson(text, path));
  return VocabularyFromJson(pieces, path);
}

absl::StatusOr<Vocabulary> VocabularyFromJson(const nlohmann::json& pieces, absl::string_view where) {
  if (!pieces.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want an object from piece to id, got a value of type ", pieces.type_name()));
  }
  if (pieces.empty()) return absl::InvalidArgumentError(absl::StrCat(where, ": want pieces, got none"));
  const uint64_t most = 8 * pieces.size() + 65'536;
  std::vector<std::optional<std::string>> by_id;
  for (const auto& item : pieces.items()) {
    const std::string& piece = item.key();
    const nlohmann::json& id = item.value();
    const auto error = [&](const auto&... wanted) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": piece \"", piece.substr(0, 100), "\": want ", wanted..., ", got ", Shown(id)));
    };
    if (!id.is_number_unsigned()) return error("an id that is a whole number");
    const uint64_t place = id.get<uint64_t>();
    if (place >= most) return error("an id below ", most, " in a vocabulary of ", pieces.size(), " pieces");
    if (place >= by_id.size()) by_id.resize(place + 1);
    if (by_id[place].has_value()) return error("an id that \"", by_id[place]->substr(0, 100), "\" has not");
    by_id[place] = piece;
  }
  return Vocabulary::WithHoles(std::move(by_id));
}

}  // namespace retort
