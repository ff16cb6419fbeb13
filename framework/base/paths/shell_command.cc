#include "framework/base/paths/shell_command.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace retort {

std::string ShellQuoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string PythonCommand(absl::string_view code, const std::vector<std::string>& arguments) {
  std::string command = absl::StrCat("python3 -c ", ShellQuoted(code));
  for (const std::string& argument : arguments) absl::StrAppend(&command, " ", ShellQuoted(argument));
  return command;
}

}  // namespace retort
