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
#include <string>
#include <thread>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/memory.h"
#include "framework/base/paths/shell_command.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/base/try_torch.h"
#include "framework/registry/plugin_catalogue.h"
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
DEFINE_bool(inexact_resume, false,
            "go on from checkpoints of other threads, instruction sets or libraries: other bits");
DEFINE_int32(threads, 0, "threads to compute with; default: one per core");

namespace retort {
namespace {

constexpr char kDefaultSweep[] = "experiments/quickstart/quickstart.textproto";
constexpr int kExitUser = 1, kExitInternal = 2, kExitInterrupted = 130;

absl::StatusOr<bool> Run(SessionOptions options) {
  RETORT_ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  options.only = FLAGS_only;
  options.output_dir = FLAGS_output_dir;
  options.store = FLAGS_store;
  options.list = FLAGS_list;
  options.dry_run = FLAGS_dry_run;
  options.checkpoint_seconds = FLAGS_checkpoint_seconds;
  options.inexact_resume = FLAGS_inexact_resume;
  options.stop = StopRequested();
  return RunSession(options);
}

int ExitCodeOf(const absl::StatusOr<bool>& result) {
  if (result.ok()) return *result ? 0 : kExitUser;
  std::cerr << result.status().message() << "\n";
  if (absl::IsCancelled(result.status())) {
    std::cerr << "the same command goes on from here\n";
    return kExitInterrupted;
  }
  return absl::IsInternal(result.status()) ? kExitInternal : kExitUser;
}

void ListPlugins() {
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      std::cout << PluginKindName(kind) << "/" << entry.name << "\n";
    }
  }
}

// Relative paths are the caller's; the default sweep's are the workspace's.
absl::Status ChangeFolder(bool default_sweep) {
  return default_sweep ? EnterFolderOf("BUILD_WORKSPACE_DIRECTORY") : EnterUserDirectory();
}

int Threads() {
  return FLAGS_threads > 0 ? FLAGS_threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
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
  gflags::SetUsageMessage("runs a sweep; usage: sweep [<sweep.textproto>] [--set=<path>=<value> ...] [flags]");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  if (argc > 2) {
    std::cerr << "want one sweep file, got " << argc - 1 << "\n";
    return kExitUser;
  }
  if (FLAGS_list_plugins) {
    ListPlugins();
    return 0;
  }
  const absl::Status entered = ChangeFolder(argc < 2);
  if (!entered.ok()) return ExitCodeOf(entered);
  options.sweep_file = argc < 2 ? kDefaultSweep : argv[1];
  std::signal(SIGXFSZ, SIG_IGN);  // Writing a file that may not be as large is an error like that of a full disk.
  KeepFreedMemory();
  at::set_num_threads(Threads());
  absl::StatusOr<bool> result;
  const absl::Status caught = TryTorch("sweep", [&] {
    result = Run(options);
    return absl::OkStatus();
  });
  return ExitCodeOf(caught.ok() ? result : absl::StatusOr<bool>(caught));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) { return retort::Main(argc, argv); }
