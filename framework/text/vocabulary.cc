#include "framework/text/vocabulary.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/neighbours.h"
#include "framework/text/unicode/text_file.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {

absl::StatusOr<Vocabulary> Vocabulary::Load(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  RETORT_RETURN_IF_ERROR(CheckTextFile(text, path));
  return Parse(text, path);
}

absl::StatusOr<Vocabulary> Vocabulary::Parse(absl::string_view text, absl::string_view where) {
  if (text.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": want a piece per line, got an empty file"));
  }
  absl::ConsumeSuffix(&text, "\n");
  std::vector<std::string> pieces;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    pieces.emplace_back(line.substr(0, BeginOfWhiteSpace(line, 0, line.size())));
  }
  return Vocabulary(std::move(pieces));
}

Vocabulary::Vocabulary(std::vector<std::string> pieces) : Vocabulary(std::move(pieces), {}) {}

Vocabulary Vocabulary::WithHoles(std::vector<std::optional<std::string>> pieces) {
  std::vector<std::string> texts;
  texts.reserve(pieces.size());
  absl::flat_hash_set<int32_t> holes;
  for (std::optional<std::string>& piece : pieces) {
    if (!piece.has_value()) holes.insert(static_cast<int32_t>(texts.size()));
    texts.push_back(std::move(piece).value_or(""));
  }
  return Vocabulary(std::move(texts), std::move(holes));
}

Vocabulary::Vocabulary(std::vector<std::string> pieces, absl::flat_hash_set<int32_t> holes)
    : pieces_(std::move(pieces)), holes_(std::move(holes)) {
  ids_.reserve(pieces_.size());
  std::string joined = absl::StrJoin(pieces_, "\n");
  for (int32_t id = 0; id < size(); ++id) {
    if (!IsHole(id)) {
      ids_[pieces_[id]] = id;
    } else {
      absl::StrAppend(&joined, "\nno ", id);
    }
  }
  hash_ = XXH3_64bits_withSeed(joined.data(), joined.size(), pieces_.size());
}

std::optional<int32_t> Vocabulary::Id(absl::string_view piece) const {
  const auto found = ids_.find(piece);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const std::string& Vocabulary::Piece(int32_t id) const {
  CHECK(id >= 0 && id < size()) << "id " << id << " of " << size();
  return pieces_[id];
}

}  // namespace retort
