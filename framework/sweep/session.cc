#include "framework/sweep/session.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "ATen/Parallel.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/atomic_file.h"
#include "framework/base/available_memory.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/base/terminal/columns.h"
#include "framework/base/terminal/terminal.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "framework/config/variants/difference.h"
#include "framework/config/variants/expand.h"
#include "framework/report/files/write_report.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/most_minutes/cut_steps.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/results/collect_results.h"
#include "framework/sweep/results/run_record.h"
#include "framework/sweep/results/student_folders.h"
#include "framework/sweep/run/run.h"
#include "framework/sweep/run/speed.h"
#include "framework/sweep/run_watched.h"
#include "framework/sweep/show/conditions.h"
#include "framework/sweep/show/cost.h"
#include "framework/sweep/show/describe.h"
#include "framework/sweep/show/enough_memory.h"
#include "framework/sweep/show/environment.h"
#include "framework/sweep/store/lease.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/sweep/tensorboard/tensorboard_runs.h"
#include "framework/sweep/tune/tune.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr int kPlainWidth = 120;  // Of what is not written to a terminal.

// The folders of a session.
struct Folders {
  std::string output;
  std::string store;
};

// A path that is written in one way only: without "." and "..", doubled slashes and one at the end.
std::string Normal(const std::string& path) {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).string();
}

// The folder around another; "." around "runs", ".." around "." and "..".
std::string FolderAround(const std::string& folder) {
  const std::filesystem::path path(folder);
  if (path.filename() == "." || path.filename() == "..") return Normal((path / "..").string());
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

// Also through symbolic links, and where one path is relative and the other is not.
bool IsSameFolder(const std::string& a, const std::string& b) {
  std::error_code error;
  const std::filesystem::path first = std::filesystem::weakly_canonical(a, error);
  const std::filesystem::path second = std::filesystem::weakly_canonical(b, error);
  return a == b || (!error && first == second);
}

absl::StatusOr<Folders> FoldersOf(const SessionOptions& options, const ExpandedSweep& sweep) {
  Folders folders;
  folders.output = Normal(options.output_dir.empty() ? absl::StrCat("runs/", sweep.name) : options.output_dir);
  folders.store = Normal(options.store.empty() ? FolderAround(folders.output) + "/store" : options.store);
  if (!IsSameFolder(folders.output, folders.store)) return folders;
  return absl::InvalidArgumentError(
      absl::StrCat("--output_dir: want another folder than that of the stages' results, got ", folders.output,
                   options.output_dir.empty() ? absl::StrCat(", after the sweep's name, ", sweep.name) : "",
                   "; choose another --output_dir or --store"));
}

// The sweep that the folder holds; none where there is none, or where it is damaged, which is said. Errors:
// FailedPrecondition if it is another sweep.
absl::StatusOr<std::optional<Sweep>> EarlierSweep(const std::string& output_dir, const std::string& name) {
  const std::string path = output_dir + "/sweep.resolved.textproto";
  if (!Exists(path)) return std::nullopt;
  absl::StatusOr<Sweep> earlier = LoadSweep(path);
  if (!earlier.ok() || earlier->name().empty()) {
    std::cout << "what changed since the last run is not known: " << path << " is damaged\n";
    return std::nullopt;
  }
  if (earlier->name() == name) return std::make_optional(*std::move(earlier));
  return absl::FailedPreconditionError(absl::StrCat(output_dir, ": want the folder of sweep \"", name,
                                                    "\", got that of \"", earlier->name(),
                                                    "\"; choose another --output_dir"));
}

// As lines that fit the terminal; as they are into a pipe.
void Print(const std::string& text) {
  const std::optional<TerminalSize> terminal = SizeOfStandardOutput();
  std::cout << (terminal ? WrapLines(text, terminal->width) : text) << std::flush;
}

// Prints what changed since the last run.
void PrintChanges(const Sweep& earlier, const ExpandedSweep& sweep) {
  const Sweep now = ResolvedSweep(sweep);
  const std::string base = DescribeDifference(earlier.experiment(), now.experiment());
  if (!base.empty()) Print(absl::StrCat("changed since the last run:\n", base, "\n"));
  std::set<std::string> known;
  for (const Variant& variant : earlier.variant()) known.insert(variant.name());
  for (const Variant& variant : now.variant()) {
    if (known.erase(variant.name()) == 0) std::cout << "new since the last run: variant " << variant.name() << "\n";
  }
  for (const std::string& name : known) std::cout << "gone since the last run: variant " << name << "\n";
}

// What a command resolved to.
struct Resolved {
  ExpandedSweep sweep;
  Plan plan;
  double share_of_steps = 1;
};

PlanOptions PlanOptionsOf(const SessionOptions& options) {
  PlanOptions plan_options;
  plan_options.device = options.device;
  plan_options.students_at_once = options.students_at_once;
  if (options.device.is_cpu()) plan_options.memory = FindAvailableMemory();
  if (!options.only.empty()) plan_options.only = absl::StrSplit(options.only, ',');
  return plan_options;
}

// The share of the steps that most_minutes leaves, by what the first steps of the first cohort cost.
absl::StatusOr<double> MeasureShareOfSteps(const Plan& plan, const std::atomic<bool>* stop, const Store& store,
                                           Inputs* inputs) {
  std::cout << "measuring what the first steps cost, for most_minutes\n" << std::flush;
  RETORT_ASSIGN_OR_RETURN(const std::optional<double> speed, MeasureSpeed(plan, stop, store, inputs));
  if (!speed) return 1;
  return ShareOfSteps(EstimateSeconds(plan, store, *speed), plan.sweep.most_minutes);
}

// The same, once for all processes with this store: others wait, and take what was decided.
absl::StatusOr<double> DecideShareOfSteps(const std::string& folder, const Plan& plan, const std::atomic<bool>* stop,
                                          const Store& store, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Lease> lease, Lease::Wait(folder, stop));
  const double decided = LoadShareOfSteps(folder);
  if (decided > 0) return decided;
  RETORT_ASSIGN_OR_RETURN(const double share, MeasureShareOfSteps(plan, stop, store, inputs));
  RETORT_RETURN_IF_ERROR(SaveShareOfSteps(folder, share));
  return share;
}

// Plans the sweep; where it would take longer than it may, plans it again with fewer steps. What an earlier run of the
// folder decided on holds; without that, a session that only looks measures nothing, and its plan is that of all steps.
absl::StatusOr<Resolved> Resolve(const ExpandedSweep& sweep, const SessionOptions& options, const Folders& folders,
                                 const Store& store, Inputs* inputs) {
  const PlanOptions plan_options = PlanOptionsOf(options);
  Resolved resolved;
  resolved.sweep = sweep;
  RETORT_ASSIGN_OR_RETURN(resolved.plan, MakePlan(sweep, plan_options, inputs));
  if (sweep.most_minutes <= 0) return resolved;
  const std::string share_folder = ShareFolder(folders.store, sweep);
  resolved.share_of_steps = LoadShareOfSteps(share_folder);
  if (resolved.share_of_steps == 0 && options.looks_only()) {
    resolved.plan.warnings.push_back(
        absl::StrCat("training stages may be cut so that they take at most ", sweep.most_minutes,
                     " minutes (most_minutes); the first run measures what steps cost and decides"));
    return resolved;
  }
  if (resolved.share_of_steps == 0) {
    RETORT_ASSIGN_OR_RETURN(resolved.share_of_steps,
                            DecideShareOfSteps(share_folder, resolved.plan, options.stop, store, inputs));
  }
  if (resolved.share_of_steps == 1) return resolved;
  resolved.sweep = CutSteps(sweep, resolved.plan, resolved.share_of_steps);
  RETORT_ASSIGN_OR_RETURN(resolved.plan, MakePlan(resolved.sweep, plan_options, inputs));
  resolved.plan.warnings.push_back(absl::StrCat("all training stages are cut to ", 100 * resolved.share_of_steps,
                                                " % of their steps, so that they take at most ", sweep.most_minutes,
                                                " minutes on this machine (most_minutes)"));
  return resolved;
}

// Removes what killed processes left.
void RemoveLitter(const Folders& folders) {
  for (const std::string& folder : {folders.store + "/tokens", folders.output, folders.output + "/report"}) {
    RemoveAbandoned(folder);
  }
}

absl::Status WriteDescriptions(const std::string& output_dir, const Resolved& resolved,
                               const std::map<std::string, std::string>& environment) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(output_dir));
  RETORT_RETURN_IF_ERROR(
      AtomicWriteFile(output_dir + "/sweep.resolved.textproto", PrintSweep(ResolvedSweep(resolved.sweep))));
  return AtomicWriteFile(output_dir + "/environment.json", nlohmann::ordered_json(environment).dump(2) + "\n");
}

std::string Absolute(const std::string& path) {
  std::error_code no_working_folder;
  const std::filesystem::path absolute = std::filesystem::absolute(path, no_working_folder);
  return no_working_folder ? path : absolute.string();
}

absl::Status WriteReports(const Resolved& resolved, const StageStatuses& failed, const Store& store,
                          const std::vector<TunedStage>& tuning, const std::string& output_dir,
                          const std::map<std::string, std::string>& environment, const RunRecord& run) {
  RETORT_ASSIGN_OR_RETURN(SweepResult result, CollectResults(resolved.plan, failed, store));
  result.tuning = tuning;
  result.conditions = CommonConditions(resolved.plan);
  result.resolved_config = PrintSweep(ResolvedSweep(resolved.sweep));
  result.environment = environment;
  result.run = run;
  RETORT_RETURN_IF_ERROR(WriteReport(result, output_dir));
  RETORT_RETURN_IF_ERROR(WriteStudentFolders(resolved.plan, store, result, output_dir));
  RETORT_RETURN_IF_ERROR(WriteTensorboardHparams(result, absl::Now(), output_dir));
  const std::optional<TerminalSize> terminal = SizeOfStandardOutput();
  RETORT_ASSIGN_OR_RETURN(const std::string text,
                          RenderTerminalReport(result, terminal ? terminal->width : kPlainWidth));
  std::cout << "\n"
            << text << "students: " << Absolute(output_dir + "/students") << "\n"
            << "report: " << Absolute(output_dir + "/report/index.html") << "\n";
  return absl::OkStatus();
}

// A dry run only says so: the run may be meant for another machine.
absl::Status CheckMemory(const Plan& plan, const Store& store, const SessionOptions& options) {
  const absl::Status enough = EnoughMemory(plan, store);
  if (!options.dry_run) return enough;
  if (!enough.ok()) Print(absl::StrCat("  warning: ", enough.message(), "\n"));
  return absl::OkStatus();
}

// Prints the plan, after removing what cannot be used of what it needs. Errors: too little memory.
absl::Status Announce(const Plan& plan, const SessionOptions& options, const Folders& folders, const Store& store) {
  if (!options.dry_run) {
    for (const std::string& line : store.Repair(plan)) std::cout << line << "\n";
  }
  Print(DescribePlan(plan, store, KnownSpeeds::Load(folders.store, options.device), at::get_num_threads(),
                     CacheSettings(options, folders.store)));
  return CheckMemory(plan, store, options);
}

// What a dry run has left behind.
void SayNothingWasComputed(const Folders& folders) {
  const std::string tokens = folders.store + "/tokens";
  Print(absl::StrCat("  nothing was trained or evaluated",
                     Exists(tokens) ? absl::StrCat("; texts were cut into tokens, which are kept in ", tokens) : "",
                     "\n"));
}

// The search of tune; none where it is only looked at and its results are not there.
absl::StatusOr<std::optional<StageStatuses>> RunSearch(const Plan& plan, const SessionOptions& options,
                                                       const Folders& folders, const Store& store, Inputs* inputs) {
  if (!options.list) RETORT_RETURN_IF_ERROR(Announce(plan, options, folders, store));
  if (options.looks_only()) {
    const bool is_done = store.Done(plan).size() == plan.stages.size();
    return is_done ? std::make_optional(StageStatuses()) : std::nullopt;
  }
  RETORT_ASSIGN_OR_RETURN(StageStatuses failed, RunWatched(plan, options, folders.store, store, inputs));
  return std::make_optional(std::move(failed));
}

// Adds warnings that the plan does not have.
void AddWarnings(const std::vector<std::string>& warnings, Plan* plan) {
  for (const std::string& warning : warnings) {
    const auto same = std::find(plan->warnings.begin(), plan->warnings.end(), warning);
    if (same == plan->warnings.end()) plan->warnings.push_back(warning);
  }
}

}  // namespace

absl::StatusOr<bool> RunSession(const SessionOptions& options) {
  const absl::Time begin = absl::Now();
  RETORT_ASSIGN_OR_RETURN(const Sweep sweep, LoadSweep(options.sweep_file));
  RETORT_ASSIGN_OR_RETURN(const ExpandedSweep expanded, Expand(sweep, options.assignments));
  RETORT_ASSIGN_OR_RETURN(const Folders folders, FoldersOf(options, expanded));
  const Store store(folders.store);
  Inputs inputs(folders.store + "/tokens", at::get_num_threads());
  std::optional<Sweep> earlier;
  if (!options.looks_only()) {
    RETORT_ASSIGN_OR_RETURN(earlier, EarlierSweep(folders.output, expanded.name));
    RemoveLitter(folders);
  }
  const auto search = [&](const Plan& plan) { return RunSearch(plan, options, folders, store, &inputs); };
  RETORT_ASSIGN_OR_RETURN(const Tuned tuned, TuneSweep(expanded, PlanOptionsOf(options), search, store, &inputs));
  RETORT_ASSIGN_OR_RETURN(Resolved resolved, Resolve(tuned.sweep, options, folders, store, &inputs));
  AddWarnings(tuned.warnings, &resolved.plan);
  if (options.list) {
    for (const ExpandedVariant& variant : resolved.plan.sweep.variants) std::cout << variant.name << "\n";
    return true;
  }
  RETORT_RETURN_IF_ERROR(Announce(resolved.plan, options, folders, store));
  if (options.dry_run) {
    SayNothingWasComputed(folders);
    return true;
  }
  if (earlier) PrintChanges(*earlier, resolved.sweep);
  std::map<std::string, std::string> environment = DescribeEnvironment(options.device);
  if (options.students_at_once > 1) environment["students at once"] = absl::StrCat(options.students_at_once);
  RETORT_RETURN_IF_ERROR(WriteDescriptions(folders.output, resolved, environment));
  RETORT_RETURN_IF_ERROR(LinkTensorboardRuns(resolved.plan, store, folders.output));
  RETORT_ASSIGN_OR_RETURN(const StageStatuses failed,
                          RunWatched(resolved.plan, options, folders.store, store, &inputs));
  RETORT_RETURN_IF_ERROR(WriteReports(resolved, failed, store, tuned.stages, folders.output, environment,
                                      DescribeRun(options.command, begin, absl::Now())));
  return failed.empty();
}

}  // namespace retort
