#include "framework/text/unicode/text_file.h"

#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/input/container.h"
#include "framework/base/paths/shell_command.h"
#include "framework/text/unicode/utf8.h"

namespace retort {

absl::Status CheckTextFile(absl::string_view text, absl::string_view path) {
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": want text, got a byte order mark before it, which other programs take for a part of the ",
                     "text; to remove it: sed -i '1s/^\\xEF\\xBB\\xBF//' ", ShellQuoted(path)));
  }
  if (const absl::Status plain = CheckPlain(text); !plain.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", plain.message()));
  }
  if (const std::optional<size_t> bad = FindInvalidUtf8(text)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: byte %d: want UTF-8, got 0x%02x", path, *bad, static_cast<uint8_t>(text[*bad])));
  }
  return absl::OkStatus();
}

}  // namespace retort
