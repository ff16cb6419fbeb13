#ifndef RETORT_FRAMEWORK_BASE_PATHS_SHELL_COMMAND_H_
#define RETORT_FRAMEWORK_BASE_PATHS_SHELL_COMMAND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Commands in messages, which users paste into a shell as they are. Pure functions.

namespace retort {

// A word of a shell's command that stands for exactly this text.
std::string ShellQuoted(absl::string_view text);

// Runs the Python code, whose sys.argv[1:] are the arguments.
std::string PythonCommand(absl::string_view code, const std::vector<std::string>& arguments);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PATHS_SHELL_COMMAND_H_
