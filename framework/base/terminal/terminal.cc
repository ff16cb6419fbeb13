#include "framework/base/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

// Codes of "select graphic rendition" (ECMA-48, 8.3.117).
const char* Code(LineStyle style) {
  switch (style) {
    case LineStyle::kHeading:
      return "1";
    case LineStyle::kQuiet:
      return "2";
    case LineStyle::kFailure:
      return "31";
    case LineStyle::kPlain:
      break;
  }
  return nullptr;
}

}  // namespace

std::optional<TerminalSize> SizeOfStandardOutput() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
  return TerminalSize{size.ws_col, size.ws_row};
}

bool CanRedrawStandardOutput() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && term != nullptr && absl::string_view(term) != "dumb" && *term != '\0';
}

bool WantsColour() {
  const char* refused = std::getenv("NO_COLOR");
  return refused == nullptr || *refused == '\0';
}

std::string Styled(LineStyle style, absl::string_view text) {
  const char* code = Code(style);
  return code == nullptr ? std::string(text) : absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

}  // namespace retort
