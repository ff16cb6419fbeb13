#include "framework/text/vocabulary.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "glog/logging.h"
#include "xxhash.h"

namespace retort {

absl::StatusOr<Vocabulary> Vocabulary::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(
        absl::StrCat("vocabulary ", path, ": want a readable file, got \"", std::strerror(errno), "\""));
  }
  std::vector<std::string> pieces;
  std::string line;
  while (std::getline(file, line)) {
    pieces.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  if (file.bad()) {
    return absl::DataLossError(absl::StrCat("vocabulary ", path, ": reading stopped after ", pieces.size(), " pieces"));
  }
  if (pieces.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("vocabulary ", path, ": want a piece per line, got an empty file"));
  }
  return Vocabulary(std::move(pieces));
}

Vocabulary::Vocabulary(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {
  ids_.reserve(pieces_.size());
  for (int id = 0; id < size(); ++id) ids_[pieces_[id]] = id;
  const std::string joined = absl::StrJoin(pieces_, "\n");
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
