#include "framework/base/command_line/command_line.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/base/command_line/commit.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/terminal/columns.h"
#include "framework/base/terminal/terminal.h"
#include "gflags/gflags.h"

DECLARE_bool(help);
DECLARE_bool(helpshort);
DECLARE_bool(version);

namespace retort {
namespace {

constexpr int kFlagColumns = 28;  // Before the description.
constexpr int kMostColumns = 110;

std::optional<gflags::CommandLineFlagInfo> Find(absl::string_view name) {
  gflags::CommandLineFlagInfo info;
  if (!gflags::GetCommandLineFlagInfo(std::string(name).c_str(), &info)) return std::nullopt;
  return info;
}

absl::Status SetFlag(const gflags::CommandLineFlagInfo& flag, absl::string_view value) {
  if (!gflags::SetCommandLineOption(flag.name.c_str(), std::string(value).c_str()).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag.name, ": want ", flag.type, ", got \"", value, "\""));
}

// The arguments of main that were not looked at yet.
struct Arguments {
  int argc;
  char** argv;
  int next = 1;
};

// Sets the flag of an argument without its dashes; takes its value from the next argument where it has none.
absl::Status ReadFlag(absl::string_view argument, absl::string_view unknown_flag_hint, Arguments* arguments) {
  const std::vector<absl::string_view> parts = absl::StrSplit(argument, absl::MaxSplits('=', 1));
  const absl::string_view name = parts[0];
  if (const auto flag = Find(name)) {
    if (parts.size() == 2) return SetFlag(*flag, parts[1]);
    if (flag->type == "bool") return SetFlag(*flag, "true");
    if (arguments->next < arguments->argc) return SetFlag(*flag, arguments->argv[arguments->next++]);
    return absl::InvalidArgumentError(absl::StrCat("--", name, ": want a value, got none"));
  }
  absl::string_view positive = name;
  if (parts.size() == 1 && absl::ConsumePrefix(&positive, "no")) {
    if (const auto flag = Find(positive); flag && flag->type == "bool") return SetFlag(*flag, "false");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": there is no such flag; --help has those that there are", unknown_flag_hint));
}

// The flag's default as people write it: gflags prints 0.4 with seventeen digits.
std::string Default(const gflags::CommandLineFlagInfo& flag) {
  double number = 0;
  if (flag.type == "double" && absl::SimpleAtod(flag.default_value, &number)) return absl::StrCat(number);
  return flag.default_value.empty() ? "..." : flag.default_value;
}

// "--device=cpu", "--output_dir=...", "--dry_run"
std::string FlagWithDefault(const gflags::CommandLineFlagInfo& flag) {
  if (flag.type == "bool" && flag.default_value == "false") return absl::StrCat("--", flag.name);
  return absl::StrCat("--", flag.name, "=", Default(flag));
}

// The description stands behind the column of the flags, or below a flag that is too wide for it.
std::string DescribeFlag(const gflags::CommandLineFlagInfo& flag, int width) {
  const std::string name = absl::StrCat("  ", FlagWithDefault(flag)), indent(kFlagColumns, ' ');
  const bool fits = DisplayWidth(name) + 2 <= kFlagColumns;
  const std::string line = absl::StrCat(fits ? PadRight(name, kFlagColumns) : indent, flag.description);
  return absl::StrCat(fits ? "" : name, fits ? "" : "\n", Wrap(line, width, indent), "\n");
}

}  // namespace

absl::Status ParseFlags(int* argc, char** argv, absl::string_view unknown_flag_hint) {
  Arguments arguments{*argc, argv};
  int kept = 1;
  bool only_arguments = false;
  while (arguments.next < arguments.argc) {
    absl::string_view argument = argv[arguments.next];
    if (only_arguments || argument.size() < 2 || argument[0] != '-') {
      argv[kept++] = argv[arguments.next++];
      continue;
    }
    ++arguments.next;
    only_arguments = argument == "--";
    if (only_arguments) continue;
    absl::ConsumePrefix(&argument, "-");
    absl::ConsumePrefix(&argument, "-");
    RETORT_RETURN_IF_ERROR(ReadFlag(argument, unknown_flag_hint, &arguments));
  }
  *argc = kept;
  return absl::OkStatus();
}

absl::Status CheckThreads(int threads, int least) {
  if (threads >= least && threads <= kMostThreads) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--threads: want ", least, " to ", kMostThreads, ", got ", threads));
}

std::string HelpText(const ProgramDescription& program) {
  std::vector<gflags::CommandLineFlagInfo> flags;
  gflags::GetAllFlags(&flags);
  std::sort(flags.begin(), flags.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const int width = std::min(kMostColumns, SizeOfStandardOutput().value_or(TerminalSize{kMostColumns, 1}).width);
  std::string text = absl::StrCat(WrapLines(absl::StrCat(program.name, ": ", program.usage), width),
                                  "\n\nFlags, with their defaults:\n");
  for (const gflags::CommandLineFlagInfo& flag : flags) {
    if (absl::StrContains(flag.filename, program.sources)) absl::StrAppend(&text, DescribeFlag(flag, width));
  }
  return absl::StrCat(text, "  --version, --help; --helpfull has the flags of libraries, too\n");
}

std::optional<int> TakeFlags(const ProgramDescription& program, int* argc, char** argv) {
  const absl::Status parsed = ParseFlags(argc, argv, program.unknown_flag_hint);
  if (!parsed.ok()) return ExitCode(parsed);
  if (FLAGS_help || FLAGS_helpshort) {  // Without the flags of libraries.
    std::cout << HelpText(program);
    return 0;
  }
  if (FLAGS_version) {
    std::cout << program.name << " of " << VersionText() << "\n";
    return 0;
  }
  gflags::HandleCommandLineHelpFlags();  // --helpfull and its like.
  if (program.takes_arguments || *argc < 2) return std::nullopt;
  return ExitCode(absl::InvalidArgumentError(absl::StrCat("want flags alone, got \"", argv[1], "\"; see --help")));
}

}  // namespace retort
