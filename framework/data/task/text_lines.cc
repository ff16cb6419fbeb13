#include "framework/data/task/text_lines.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/utf8.h"

namespace retort {

absl::StatusOr<std::unique_ptr<TextLines>> TextLines::Open(const std::string& path, const UnpackLimit& limit) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<UnpackedFile> file, UnpackedFile::Open(path, limit));
  return absl::WrapUnique(new TextLines(path, std::move(file)));
}

TextLines::TextLines(std::string path, std::unique_ptr<UnpackedFile> file)
    : path_(std::move(path)),
      file_(std::move(file)),
      lines_([file = file_.get()](char* bytes, size_t most) { return file->Read(bytes, most); }) {}

absl::StatusOr<bool> TextLines::Next(std::string* line) {
  absl::StatusOr<bool> more = lines_.Next(line);
  if (!more.ok()) {
    if (absl::StrContains(more.status().message(), path_)) return more;
    return absl::Status(more.status().code(), absl::StrCat(path_, ": ", more.status().message()));
  }
  if (!*more) return false;
  if (const std::optional<size_t> bad = FindInvalidUtf8(*line)) {
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d: want UTF-8, got 0x%02x at its byte %d", path_, number(),
                                                      static_cast<uint8_t>((*line)[*bad]), *bad));
  }
  return true;
}

}  // namespace retort
