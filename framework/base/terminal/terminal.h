#ifndef RETORT_FRAMEWORK_BASE_TERMINAL_TERMINAL_H_
#define RETORT_FRAMEWORK_BASE_TERMINAL_TERMINAL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

// What standard output is, and the one colour scheme of what is shown there.

namespace retort {

// In characters.
struct TerminalSize {
  int width = 100;
  int height = 24;
};

// The size of the terminal at standard output, as it is now; none if that is a pipe or a file. Thread-safe.
std::optional<TerminalSize> SizeOfStandardOutput();

// Whether what was written to standard output can be written over: it is a terminal, and one that is not as simple as a
// printer (TERM=dumb). Thread-safe as long as nobody changes the environment.
bool CanRedrawStandardOutput();

// Whether the user wants colours: NO_COLOR is not set, or empty (no-color.org).
bool WantsColour();

// What a line is, by which it has its looks.
enum class LineStyle {
  kPlain,
  kHeading,  // Bold.
  kQuiet,    // Dim: what is done, and hints.
  kFailure,  // Red.
};

// The text with the escape sequences of its style around it; none if it is plain.
std::string Styled(LineStyle style, absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_TERMINAL_TERMINAL_H_
