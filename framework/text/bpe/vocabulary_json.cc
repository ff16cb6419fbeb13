#include "framework/text/bpe/vocabulary_json.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"

namespace retort {
namespace {

// Ids beyond the number of pieces leave a hole, so nothing larger is needed to
// see one.
class Collector {
 public:
  Collector(size_t most, absl::string_view where) : pieces_(most), where_(where) {}

  absl::Status Add(const std::string& piece, int64_t id) {
    if (id < 0 || id >= static_cast<int64_t>(pieces_.size())) {
      return absl::InvalidArgumentError(absl::StrCat(where_, ": piece \"", piece.substr(0, 100),
                                                     "\": want an id below the number of pieces, ", pieces_.size(),
                                                     ", got ", id));
    }
    std::optional<std::string>& place = pieces_[id];
    if (place == piece) return absl::OkStatus();
    if (place.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(where_, ": want an id for one piece, got ", id, " for \"",
                                                     place->substr(0, 100), "\" and \"", piece.substr(0, 100), "\""));
    }
    place = piece;
    size_ = std::max(size_, static_cast<size_t>(id) + 1);
    return absl::OkStatus();
  }

  absl::StatusOr<Vocabulary> Finish() {
    std::vector<std::string> pieces;
    for (size_t id = 0; id < size_; ++id) {
      if (!pieces_[id].has_value()) {
        return absl::InvalidArgumentError(absl::StrCat(where_, ": want a piece for every id, got none for ", id));
      }
      pieces.push_back(*std::move(pieces_[id]));
    }
    if (pieces.empty()) return absl::InvalidArgumentError(absl::StrCat(where_, ": want pieces, got none"));
    return Vocabulary(std::move(pieces));
  }

 private:
  std::vector<std::optional<std::string>> pieces_;
  absl::string_view where_;
  size_t size_ = 0;
};

}  // namespace

absl::StatusOr<Vocabulary> LoadVocabularyJson(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json pieces, ParseStrictJson(text, path));
  return VocabularyFromJson(pieces, path);
}

absl::StatusOr<Vocabulary> VocabularyFromJson(const nlohmann::json& pieces, absl::string_view where,
                                              const std::vector<std::pair<std::string, int64_t>>& added) {
  if (!pieces.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": want an object from piece to id, got a value of type ", pieces.type_name()));
  }
  Collector collector(pieces.size() + added.size(), where);
  for (const auto& [piece, id] : pieces.items()) {
    if (!id.is_number_integer() || (id.is_number_unsigned() && id.get<uint64_t>() > INT32_MAX)) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": piece \"", piece.substr(0, 100),
                                                     "\": want an id that is a whole number below 2^31, got ",
                                                     Shown(id)));
    }
    RETORT_RETURN_IF_ERROR(collector.Add(piece, id.get<int64_t>()));
  }
  for (const auto& [piece, id] : added) {
    const auto known = pieces.find(piece);
    if (known != pieces.end() && known->get<int64_t>() != id) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": added piece \"", piece.substr(0, 100),
                                                     "\": want its id ", known->get<int64_t>(), ", got ", id));
    }
    RETORT_RETURN_IF_ERROR(collector.Add(piece, id));
  }
  return collector.Finish();
}

}  // namespace retort
