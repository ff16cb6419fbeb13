// Runs a sweep: resolves it, computes what is missing, and reports.
//
//   bazel run //experiments:sweep                                        the quickstart
//   bazel run //experiments:sweep -- experiments/distilbert/table4.textproto --set=teacher.checkpoint=/models/bert
//
// Exit code: 0 done; 1 the user has something to mend, or a variant failed; 2 a fault of ours; 130 interrupted (the
// same command goes on).

#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ATen/Context.h"
#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "framework/base/memory.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/config/difference.h"
#include "framework/config/expand.h"
#include "framework/config/parse.h"
#include "framework/config/print.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/report/files/write_report.h"
#include "framework/report/watch/live_view.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/report/watch/tensorboard/tensorboard.h"
#include "framework/sweep/collect_results.h"
#include "framework/sweep/cut_steps.h"
#include "framework/sweep/describe.h"
#include "framework/sweep/environment.h"
#include "framework/sweep/inputs.h"
#include "framework/sweep/plan.h"
#include "framework/sweep/run.h"
#include "framework/sweep/store.h"
#include "gflags/gflags.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

DEFINE_string(output_dir, "", "folder of the report; default: runs/<name of the sweep>");
DEFINE_string(store, "", "folder of the stages' results, shared by sweeps; default: store beside the output folder");
DEFINE_string(device, "cpu", "cpu or cuda");
DEFINE_string(only, "", "variants to run, parted by commas; default: all");
DEFINE_bool(dry_run, false, "resolve, check and print the plan, and stop there");
DEFINE_bool(list, false, "print the names of the variants, and stop there");
DEFINE_bool(list_plugins, false, "print kind and name of the linked plugins, and stop there");
DEFINE_int32(threads, 0, "threads to compute with; default: one per core");

namespace retort {
namespace {

constexpr char kDefaultSweep[] = "experiments/quickstart/quickstart.textproto";
constexpr int kExitUser = 1, kExitInternal = 2, kExitInterrupted = 130;

std::atomic<bool> stop_requested{false};

void RequestStop(int) { stop_requested = true; }

// What the command line says beside the flags.
struct Arguments {
  std::string sweep_file;
  std::vector<std::string> set;  // --set=path=value, as often as wanted.
};

// Takes --set out of the arguments, which gflags would keep the last of only.
std::vector<std::string> TakeAssignments(int* argc, char** argv) {
  std::vector<std::string> set;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--set=")) {
      set.emplace_back(argument.substr(6));
    } else if (argument == "--set" && i + 1 < *argc) {
      set.emplace_back(argv[++i]);
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return set;
}

absl::StatusOr<c10::Device> ParseDevice(const std::string& name) {
  if (name == "cpu") return c10::Device(at::kCPU);
  if (name != "cuda") return absl::InvalidArgumentError(absl::StrCat("--device: want cpu or cuda, got ", name));
  if (at::hasCUDA()) return c10::Device(at::kCUDA, 0);
  return absl::InvalidArgumentError(
      "--device: want cpu, got cuda: there is no CUDA device, or the program was built without --config=cuda");
}

std::string OutputDir(const ExpandedSweep& sweep) {
  return FLAGS_output_dir.empty() ? absl::StrCat("runs/", sweep.name) : FLAGS_output_dir;
}

std::string StoreDir(const std::string& output_dir) {
  if (!FLAGS_store.empty()) return FLAGS_store;
  return (std::filesystem::path(output_dir).parent_path() / "store").string();
}

// Prints what changed against the sweep that the folder holds. Errors: FailedPrecondition if it is another sweep.
absl::Status CompareWithEarlier(const std::string& output_dir, const ExpandedSweep& sweep) {
  const std::string path = output_dir + "/sweep.resolved.textproto";
  if (!std::filesystem::exists(path)) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const Sweep earlier, LoadSweep(path));
  if (earlier.name() != sweep.name) {
    return absl::FailedPreconditionError(absl::StrCat(output_dir, ": want the folder of sweep \"", sweep.name,
                                                      "\", got that of \"", earlier.name(),
                                                      "\"; choose another --output_dir"));
  }
  const Sweep now = ResolvedSweep(sweep);
  const std::string base = DescribeDifference(earlier.experiment(), now.experiment());
  if (!base.empty()) std::cout << "changed since the last run:\n" << base << "\n";
  std::set<std::string> known;
  for (const Variant& variant : earlier.variant()) known.insert(variant.name());
  for (const Variant& variant : now.variant()) {
    if (known.erase(variant.name()) == 0) std::cout << "new since the last run: variant " << variant.name() << "\n";
  }
  for (const std::string& name : known) std::cout << "gone since the last run: variant " << name << "\n";
  return absl::OkStatus();
}

// "teacher (data/teachers/mini), corpus (data/corpora/wiki) and learning rate (0.0005)"
std::string Conditions(const Plan& plan) {
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.trains()) continue;
    return absl::StrCat("this ", stage.checkpoint.empty() ? "" : absl::StrCat("teacher (", stage.checkpoint, "), "),
                        "corpus (", TrainingSequences(stage.stage.data()).corpus, ") and learning rate (",
                        stage.stage.adamw().learning_rate(), ")");
  }
  return "";
}

int TerminalWidth() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 120;
}

absl::StatusOr<StageStatuses> RunWatched(const Plan& plan, const Store& store, Inputs* inputs) {
  std::set<std::pair<std::string, uint64_t>> runs;
  for (const PlannedStage& stage : plan.stages) {
    if (stage.trains() && !store.HasStudent(stage.key)) {
      runs.emplace(stage.used_by.front().variant, stage.used_by.front().seed);
    }
  }
  auto folder = [&](const StageId& id) {
    return store.Folder(plan.stages[plan.Find(id.variant, id.seed, id.stage)].key);
  };
  MetricsLog metrics(folder);
  TensorboardLog tensorboard(folder);
  absl::StatusOr<StageStatuses> statuses;
  {
    LiveView view(LiveViewOnStandardOutput(static_cast<int>(runs.size())));
    statuses = RunPlan(plan, {{&view, &metrics, &tensorboard}, &stop_requested}, store, inputs);
  }
  RETORT_RETURN_IF_ERROR(statuses.status());
  RETORT_RETURN_IF_ERROR(metrics.status());
  RETORT_RETURN_IF_ERROR(tensorboard.status());
  return statuses;
}

// What a command resolved to.
struct Resolved {
  ExpandedSweep sweep;
  Plan plan;
  double share_of_steps = 1;
};

// Plans the sweep; where it would take longer than it may, plans it again with fewer steps.
absl::StatusOr<Resolved> Resolve(const ExpandedSweep& sweep, const PlanOptions& options, const std::string& output_dir,
                                 const Store& store, double flops_per_second, Inputs* inputs) {
  Resolved resolved;
  resolved.sweep = sweep;
  RETORT_ASSIGN_OR_RETURN(resolved.plan, MakePlan(sweep, options, inputs));
  if (sweep.most_minutes <= 0) return resolved;
  RETORT_ASSIGN_OR_RETURN(resolved.share_of_steps, LoadShareOfSteps(output_dir));
  if (resolved.share_of_steps == 0) {
    resolved.share_of_steps = ShareOfSteps(EstimateSeconds(resolved.plan, store, flops_per_second), sweep.most_minutes);
  }
  if (resolved.share_of_steps == 1) return resolved;
  resolved.sweep = CutSteps(sweep, resolved.plan, resolved.share_of_steps);
  RETORT_ASSIGN_OR_RETURN(resolved.plan, MakePlan(resolved.sweep, options, inputs));
  resolved.plan.warnings.push_back(absl::StrCat("all training stages are cut to ", 100 * resolved.share_of_steps,
                                                " % of their steps, so that they take at most ", sweep.most_minutes,
                                                " minutes on this machine (most_minutes)"));
  return resolved;
}

absl::Status WriteDescriptions(const std::string& output_dir, const Resolved& resolved,
                               const std::map<std::string, std::string>& environment) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(output_dir));
  RETORT_RETURN_IF_ERROR(
      AtomicWriteFile(output_dir + "/sweep.resolved.textproto", PrintSweep(ResolvedSweep(resolved.sweep))));
  if (resolved.sweep.most_minutes > 0) {
    RETORT_RETURN_IF_ERROR(SaveShareOfSteps(output_dir, resolved.share_of_steps));
  }
  return AtomicWriteFile(output_dir + "/environment.json", nlohmann::ordered_json(environment).dump(2) + "\n");
}

absl::Status WriteReports(const Resolved& resolved, const StageStatuses& failed, const Store& store,
                          const std::string& output_dir, const std::map<std::string, std::string>& environment) {
  RETORT_ASSIGN_OR_RETURN(SweepResult result, CollectResults(resolved.plan, failed, store));
  result.conditions = Conditions(resolved.plan);
  result.resolved_config = PrintSweep(ResolvedSweep(resolved.sweep));
  result.environment = environment;
  RETORT_RETURN_IF_ERROR(WriteReport(result, output_dir));
  RETORT_ASSIGN_OR_RETURN(const std::string text, RenderTerminalReport(result, TerminalWidth()));
  std::cout << "\n"
            << text << "report: " << std::filesystem::absolute(output_dir + "/report/index.html").string() << "\n";
  return absl::OkStatus();
}

// True if all variants succeeded.
absl::StatusOr<bool> Run(const Arguments& arguments) {
  PlanOptions options;
  RETORT_ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  if (!FLAGS_only.empty()) options.only = absl::StrSplit(FLAGS_only, ',');
  RETORT_ASSIGN_OR_RETURN(const Sweep sweep, LoadSweep(arguments.sweep_file));
  RETORT_ASSIGN_OR_RETURN(const ExpandedSweep expanded, Expand(sweep, arguments.set));
  const std::string output_dir = OutputDir(expanded);
  const Store store(StoreDir(output_dir));
  Inputs inputs(StoreDir(output_dir) + "/tokens", at::get_num_threads());
  const double flops_per_second = MeasureFlopsPerSecond();
  RETORT_ASSIGN_OR_RETURN(const Resolved resolved,
                          Resolve(expanded, options, output_dir, store, flops_per_second, &inputs));
  const Plan& plan = resolved.plan;
  if (FLAGS_list) {
    for (const ExpandedVariant& variant : plan.sweep.variants) std::cout << variant.name << "\n";
    return true;
  }
  std::cout << DescribePlan(plan, store, flops_per_second) << std::flush;
  if (FLAGS_dry_run) return true;

  RETORT_RETURN_IF_ERROR(CompareWithEarlier(output_dir, resolved.sweep));
  const std::map<std::string, std::string> environment = DescribeEnvironment(options.device);
  RETORT_RETURN_IF_ERROR(WriteDescriptions(output_dir, resolved, environment));
  RETORT_ASSIGN_OR_RETURN(const StageStatuses failed, RunWatched(plan, store, &inputs));
  RETORT_RETURN_IF_ERROR(WriteReports(resolved, failed, store, output_dir, environment));
  return failed.empty();
}

int ExitCode(const absl::StatusOr<bool>& result) {
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
void ChangeFolder(bool default_sweep) {
  const char* folder = std::getenv(default_sweep ? "BUILD_WORKSPACE_DIRECTORY" : "BUILD_WORKING_DIRECTORY");
  if (folder != nullptr) std::filesystem::current_path(folder);
}

int Main(int argc, char** argv) {
  Arguments arguments;
  arguments.set = TakeAssignments(&argc, argv);
  gflags::SetUsageMessage("runs a sweep; usage: sweep [<sweep.textproto>] [--set=<path>=<value> ...] [flags]");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  google::InitGoogleLogging(argv[0]);
  if (argc > 2) {
    std::cerr << "want one sweep file, got " << argc - 1 << "\n";
    return kExitUser;
  }
  if (FLAGS_list_plugins) {
    ListPlugins();
    return 0;
  }
  ChangeFolder(argc < 2);
  arguments.sweep_file = argc < 2 ? kDefaultSweep : argv[1];
  std::signal(SIGINT, RequestStop);
  std::signal(SIGTERM, RequestStop);
  std::signal(SIGXFSZ, SIG_IGN);  // Writing a file that may not be as large is an error like that of a full disk.
  KeepFreedMemory();
  at::set_num_threads(FLAGS_threads > 0 ? FLAGS_threads : static_cast<int>(std::thread::hardware_concurrency()));
  absl::StatusOr<bool> result;
  const absl::Status caught = TryTorch("sweep", [&] {
    result = Run(arguments);
    return absl::OkStatus();
  });
  return ExitCode(caught.ok() ? result : absl::StatusOr<bool>(caught));
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) { return retort::Main(argc, argv); }
