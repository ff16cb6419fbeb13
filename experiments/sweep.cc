// Runs a sweep: resolves it, computes what is missing, and reports.
//
//   bazel run //experiments:sweep                                        the quickstart
//   bazel run //experiments:sweep -- experiments/distilbert/table4.textproto --set=teacher.checkpoint=/models/bert
//
// Exit code: 0 done; 1 the user has something to mend, or a variant failed; 2 a fault of ours; 130 interrupted (the
// same command goes on).

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/memory.h"
#include "framework/base/paths/shell_command.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/base/try_torch.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/sweep/completion.h"
#include "framework/sweep/session.h"
#include "gflags/gflags.h"

DEFINE_string(output_dir, "", "folder of the report; default: runs/<name of the sweep>");
DEFINE_string(store, "", "folder of the stages' results, shared by sweeps; default: store beside the output folder");
DEFINE_string(device, "cpu", "cpu or cuda");
DEFINE_string(only, "", "variants to run, parted by commas; default: all");
DEFINE_bool(dry_run, false, "resolve, check and print the plan, and stop there");
DEFINE_bool(list, false, "print the names of the variants, and stop there");
DEFINE_bool(list_plugins, false, "print kind and name of the linked plugins, and stop there");
DEFINE_double(checkpoint_seconds, 60, "seconds of training that a kill may cost, at most");
DEFINE_double(teacher_cache_gb, 0,
              "GB that <store>/teacher_cache may take: what teachers give is kept there for later variants and sweeps");
DEFINE_bool(inexact_resume, false,
            "go on from checkpoints of other threads, instruction sets or libraries: other bits");
DEFINE_int32(threads, 0, "threads to compute with; default: one per core");
DEFINE_int32(
    students_at_once, 1,
    "students of a cohort that compute side by side, each on one thread: faster where they are small; CPU alone");
DEFINE_string(set, "",
              "<path>=<value>: changes a field of the sweep or of its base experiment; as often as wanted; see above");
DEFINE_string(completion, "", "bash or zsh: print what makes that shell complete this command line, and stop there");
DEFINE_string(complete, "",
              "print what may stand in the place of this word, and stop there: for the shell's completion");

namespace retort {
namespace {

constexpr char kDefaultSweep[] = "experiments/quickstart/quickstart.textproto";
constexpr char kUsage[] =
    "runs a sweep: resolves it, computes what is missing, and reports\n\n"
    "  sweep\n"
    "      the quickstart\n"
    "  sweep my_sweep.textproto --dry_run\n"
    "      checks all of it and prints the plan; --list prints the variants' names\n"
    "  sweep my_sweep.textproto --only=base,hot --device=cuda\n"
    "  sweep my_sweep.textproto --set=stage.distil.adamw.learning_rate=1e-4 --set='seeds=[1, 2]'\n"
    "      changes fields by their paths, of the base experiment or of the sweep; list items by their names\n"
    "  sweep my_sweep.textproto --set='stage.distil.loss.mlm={ weight: 2 masked_lm {} }'\n"
    "      adds a loss, or a stage, a variant ...; what is there is changed\n"
    "  sweep my_sweep.textproto --set='stage.distil.remove=[cos]'\n"
    "      removes losses; remove=[...] removes stages\n"
    "  source <(sweep --completion=bash)\n"
    "      lets bash, or zsh, complete flags, paths and variants\n\n"
    "The same command goes on after Ctrl-C. framework/config/sweep.proto is the reference of all fields.";
constexpr char kSetHint[] = "; fields of a sweep are set by --set, as in --set=stage.distil.adamw.learning_rate=1e-4";
constexpr char kSources[] = "experiments/sweep.cc";  // Of the flags.
constexpr int kVariantFailed = 1;                    // Exit code.

int Threads() {
  return FLAGS_threads > 0 ? FLAGS_threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

absl::Status CheckFlags(int argc) {
  if (argc > 2) return absl::InvalidArgumentError(absl::StrCat("want one sweep file, got ", argc - 1));
  RETORT_RETURN_IF_ERROR(CheckThreads(FLAGS_threads));
  if (!(FLAGS_checkpoint_seconds > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("--checkpoint_seconds: want > 0, got ", FLAGS_checkpoint_seconds));
  }
  RETORT_ASSIGN_OR_RETURN(const c10::Device device, ParseDevice(FLAGS_device));
  const int most = device.is_cpu() ? Threads() : 1;
  if (FLAGS_students_at_once < 1 || FLAGS_students_at_once > most) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--students_at_once: want 1", device.is_cpu() ? absl::StrCat(" to the number of threads, ", most) : " on a GPU",
        ", got ", FLAGS_students_at_once));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Run(SessionOptions options) {
  RETORT_ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  options.only = FLAGS_only;
  options.output_dir = FLAGS_output_dir;
  options.store = FLAGS_store;
  options.list = FLAGS_list;
  options.dry_run = FLAGS_dry_run;
  options.students_at_once = FLAGS_students_at_once;
  options.checkpoint_seconds = FLAGS_checkpoint_seconds;
  options.inexact_resume = FLAGS_inexact_resume;
  options.teacher_cache_gb = FLAGS_teacher_cache_gb;
  if (!(options.teacher_cache_gb >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--teacher_cache_gb: want 0 or more, got ", options.teacher_cache_gb));
  }
  options.stop = StopRequested();
  return RunSession(options);
}

void ListPlugins() {
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      std::cout << PluginKindName(kind) << "/" << entry.name << "\n";
    }
  }
}

// The program's own flags as they are typed: "--list", "--device=".
std::vector<std::string> OwnFlags() {
  std::vector<gflags::CommandLineFlagInfo> flags;
  gflags::GetAllFlags(&flags);
  std::vector<std::string> own;
  for (const gflags::CommandLineFlagInfo& flag : flags) {
    if (!absl::StrContains(flag.filename, kSources)) continue;
    own.push_back(absl::StrCat("--", flag.name, flag.type == "bool" ? "" : "="));
  }
  return own;
}

// What is asked for instead of a sweep, if anything is.
std::optional<int> Answer(const std::string& sweep_file) {
  if (FLAGS_list_plugins) {
    ListPlugins();
    return 0;
  }
  if (!gflags::GetCommandLineFlagInfoOrDie("complete").is_default) {
    for (const std::string& word : CompleteWord(FLAGS_complete, sweep_file, OwnFlags())) std::cout << word << "\n";
    return 0;
  }
  if (FLAGS_completion.empty()) return std::nullopt;
  const absl::StatusOr<std::string> script = CompletionScript(FLAGS_completion);
  if (!script.ok()) return ExitCode(script.status());
  std::cout << *script;
  return 0;
}

// Relative paths are the caller's; the default sweep's are the workspace's.
absl::Status ChangeFolder(bool default_sweep) {
  return default_sweep ? EnterFolderOf("BUILD_WORKSPACE_DIRECTORY") : EnterUserDirectory();
}

// Quoted where a shell would read it otherwise.
std::string ShellWord(const std::string& text) {
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("-_./=,:@+", c) != nullptr; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain) ? text : ShellQuoted(text);
}

// As a shell takes it, by the program's name alone.
std::string CommandOf(int argc, char** argv) {
  std::string command = "sweep";
  for (int i = 1; i < argc; ++i) absl::StrAppend(&command, " ", ShellWord(argv[i]));
  return command;
}

int Main(int argc, char** argv) {
  StartProgram(argv[0]);
  StopOnSignals();
  SessionOptions options;
  options.command = CommandOf(argc, argv);
  options.assignments = TakeFlag("set", &argc, argv);
  const ProgramDescription program = {"sweep", kUsage, kSources, /*takes_arguments=*/true, kSetHint};
  if (const std::optional<int> code = TakeFlags(program, &argc, argv)) return *code;
  if (const absl::Status checked = CheckFlags(argc); !checked.ok()) return ExitCode(checked);
  const absl::Status entered = ChangeFolder(argc < 2);
  if (!entered.ok()) return ExitCode(entered);
  options.sweep_file = argc < 2 ? kDefaultSweep : argv[1];
  if (const std::optional<int> code = Answer(options.sweep_file)) return *code;
  std::signal(SIGXFSZ, SIG_IGN);  // Writing a file that may not be as large is an error like that of a full disk.
  KeepFreedMemory();
  at::set_num_threads(Threads());
  const absl::StatusOr<bool> done = TryTorch("sweep", [&] { return Run(options); });
  if (!done.ok()) return ExitCode(done.status());
  return *done ? 0 : kVariantFailed;
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) { return retort::Main(argc, argv); }
