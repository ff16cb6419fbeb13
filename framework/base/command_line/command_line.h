#ifndef RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMAND_LINE_H_
#define RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMAND_LINE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// The command line of all programs, over the flags that gflags knows:
//
//   int main(int argc, char** argv) {
//     retort::StartProgram(argv[0]);
//     const retort::ProgramDescription program = {"embed", kUsage, "tools/embed/"};
//     if (const std::optional<int> code = retort::TakeFlags(program, &argc, argv)) return *code;
//     ...                                                                    // argv: what is no flag.
//   }
//
// Nothing here is thread-safe, as flags are not.

namespace retort {

// The most that flags named --threads may ask for: libraries that cannot start as many as they are told end the
// program.
inline constexpr int kMostThreads = 1024;

// Errors: InvalidArgument unless such a flag says `least` to kMostThreads.
absl::Status CheckThreads(int threads, int least = 0);

struct ProgramDescription {
  const char* name;              // "embed"
  const char* usage;             // What it does, in a line; a blank line; examples, indented.
  const char* sources;           // What the paths of the sources have in common that define its flags: "tools/embed/".
  bool takes_arguments = false;  // Beside flags.
  const char* unknown_flag_hint = "";  // What the user of a flag that there is not may have meant.
};

// Sets flags from the arguments of main and takes them out: --name=VALUE, --name VALUE, --name and --noname for
// switches, with one or two dashes; all after "--" is no flag.
//
// Errors: InvalidArgument for a flag that there is not, with the hint, or for a value that is not of its type.
absl::Status ParseFlags(int* argc, char** argv, absl::string_view unknown_flag_hint = "");

// What --help prints: the usage, and the program's own flags, by name, with their defaults.
std::string HelpText(const ProgramDescription& program);

// ParseFlags, --help and --version, and no arguments where there are to be none. Returns the exit code where the
// program is to end here; what there is to say is printed.
std::optional<int> TakeFlags(const ProgramDescription& program, int* argc, char** argv);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMAND_LINE_H_
