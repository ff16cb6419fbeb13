#include "framework/base/terminal/columns.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace retort {
namespace {

constexpr size_t kHangingIndent = 4;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// U+0300..U+036F, two bytes: CC 80..BF, CD 80..AF.
bool IsCombiningMark(absl::string_view utf8, size_t i) {
  const auto byte = [&](size_t at) { return at < utf8.size() ? static_cast<unsigned char>(utf8[at]) : 0; };
  return byte(i) == 0xCC || (byte(i) == 0xCD && byte(i + 1) < 0xB0);
}

}  // namespace

int DisplayWidth(absl::string_view utf8) {
  int width = 0;
  for (size_t i = 0; i < utf8.size(); ++i) {
    if (!IsContinuation(utf8[i]) && !IsCombiningMark(utf8, i)) ++width;
  }
  return width;
}

std::string PadLeft(absl::string_view utf8, int width) {
  return absl::StrCat(std::string(std::max(0, width - DisplayWidth(utf8)), ' '), utf8);
}

std::string PadRight(absl::string_view utf8, int width) {
  return absl::StrCat(utf8, std::string(std::max(0, width - DisplayWidth(utf8)), ' '));
}

std::string Truncate(absl::string_view utf8, int width) {
  if (DisplayWidth(utf8) <= width) return std::string(utf8);
  if (width <= 0) return "";
  size_t end = 0;
  for (int columns = 0; end < utf8.size(); ++end) {
    if (!IsContinuation(utf8[end]) && !IsCombiningMark(utf8, end) && columns++ == width - 1) break;
  }
  return absl::StrCat(utf8.substr(0, end), "…");
}

std::string Wrap(absl::string_view line, int width, absl::string_view indent) {
  std::string wrapped;
  int column = 0;
  bool has_words = false;
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    const bool breaks = has_words && !word.empty() && column + DisplayWidth(word) > width;
    if (breaks) {
      wrapped.erase(wrapped.find_last_not_of(' ') + 1);
      absl::StrAppend(&wrapped, "\n", indent);
      column = DisplayWidth(indent);
    }
    absl::StrAppend(&wrapped, word, " ");
    column += DisplayWidth(word) + 1;
    has_words = has_words || !word.empty();
  }
  wrapped.pop_back();
  return wrapped;
}

std::string WrapLines(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    lines.push_back(Wrap(line, width, std::string(indent + kHangingIndent, ' ')));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace retort
