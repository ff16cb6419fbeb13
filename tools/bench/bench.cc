// How fast training is, and how near to what the machine can do: one table of workload, precision and device.
//
//   bazel run //tools:bench                                      all there is for a CPU, some ten minutes
//   bazel run //tools:bench -- --workloads=small,base --precision=bfloat16 --rounds=5
//
// --help has the flags, README.md the meaning of the columns.

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/base/available_memory.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/file.h"
#include "framework/base/memory.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/paths/shell_command.h"
#include "framework/base/problems.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/sweep/show/environment.h"
#include "gflags/gflags.h"
#include "tools/bench/bench_row.h"
#include "tools/bench/child.h"
#include "tools/bench/measure/measure.h"
#include "tools/bench/measure/workloads.h"
#include "tools/bench/report.h"

DEFINE_string(workloads, "", "names parted by commas, in the order of the table; default: all for the device");
DEFINE_string(precision, "float32,bfloat16", "float32, bfloat16, or both parted by a comma");
DEFINE_string(device, "cpu", "cpu or cuda");
DEFINE_int32(rounds, 3, "how often everything is measured, each time in a process of its own, by turns");
DEFINE_int64(steps, 2, "steps of a round that are timed, after one that warms up");
DEFINE_int32(threads, 0, "threads that compute; 0: libtorch's choice");
DEFINE_bool(products, true, "time the matrix products alone as well, which the share of the peak follows from");
DEFINE_string(corpus, "data/corpora/wiki", "folder with a corpus.textproto, for workloads of data");
DEFINE_string(tokenizer, "data/vocab/bert-base-uncased-vocab.txt", "model folder or vocabulary, for these");
DEFINE_string(output_dir, "runs/bench", "folder for bench.tsv and bench.html");
DEFINE_bool(overwrite, false, "replace files there that are no results of this program");
DEFINE_bool(list, false, "print what the workloads are, and end");
DEFINE_bool(shapes, false, "print the trainings' shapes as JSON for programs that measure the same, and end");

namespace retort::bench {
namespace {

constexpr int kWidth = 160;
constexpr char kUsage[] =
    "measures how fast training is, and how near to what the machine can do\n\n"
    "  bench\n"
    "      all there is for a CPU, some ten minutes; tools/bench/README.md has the meaning of the columns\n"
    "  bench --workloads=small,base --precision=bfloat16 --rounds=5";

absl::StatusOr<std::vector<std::string>> ParsePrecisions() {
  const std::vector<std::string> names = absl::StrSplit(FLAGS_precision, ',');
  for (const std::string& name : names) {
    if ((name == "float32" || name == "bfloat16") && std::count(names.begin(), names.end(), name) == 1) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--precision: want float32, bfloat16 or float32,bfloat16, got \"", FLAGS_precision, "\""));
  }
  return names;
}

absl::Status CheckFlags() {
  Problems problems;
  problems.Want(FLAGS_device == "cpu" || FLAGS_device == "cuda", "--device", "cpu or cuda", FLAGS_device);
  problems.Want(FLAGS_rounds >= 1, "--rounds", ">= 1", FLAGS_rounds);
  problems.Want(FLAGS_steps >= 1, "--steps", ">= 1", FLAGS_steps);
  problems.Want(FLAGS_threads >= 0 && FLAGS_threads <= kMostThreads, "--threads", absl::StrCat("0 to ", kMostThreads),
                FLAGS_threads);
  problems.Want(!FLAGS_output_dir.empty(), "--output_dir", "a folder for the results", "none");
  return problems.ToStatus();
}

std::string OutputFile(const std::string& name) { return absl::StrCat(FLAGS_output_dir, "/", name); }

// Before anything takes its time.
absl::Status PrepareOutput() {
  RETORT_RETURN_IF_ERROR(MakeDirectories(FLAGS_output_dir));
  const auto check = [](const char* name, const char* beginning) {
    return CheckOutputFile(OutputFile(name), {{}, FLAGS_overwrite, beginning, "--output_dir"});
  };
  RETORT_RETURN_IF_ERROR(check("bench.tsv", kBenchTsvBeginning));
  return check("bench.html", kBenchHtmlBeginning);
}

int CoreCount() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

// In a process of its own.
absl::StatusOr<Measurement> Measure(const Workload& workload, const std::string& precision) {
  if (FLAGS_threads > 0) at::set_num_threads(FLAGS_threads);
  const TextInputs text{FLAGS_corpus, FLAGS_tokenizer};
  switch (workload.work) {
    case Work::kTraining:
      break;
    case Work::kTokenizing:
      return MeasureTokenizing(text, FLAGS_threads > 0 ? FLAGS_threads : CoreCount());
    case Work::kMasking:
      return MeasureMasking(text);
  }
  TrainingOptions options;
  RETORT_ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  options.precision = precision == "bfloat16" ? c10::ScalarType::BFloat16 : c10::ScalarType::Float;
  options.steps = FLAGS_steps;
  options.products = FLAGS_products;
  return MeasureTraining(workload, options);
}

// What a child may allocate: none of a GPU's drivers can live with a limit.
std::optional<double> MostBytes() {
  if (FLAGS_device != "cpu") return std::nullopt;
  const std::optional<AvailableMemory> available = FindAvailableMemory();
  return available ? std::optional<double>(available->bytes) : std::nullopt;
}

std::vector<BenchRow> MakeRows(const std::vector<Workload>& workloads, const std::vector<std::string>& precisions) {
  std::vector<BenchRow> rows;
  for (const Workload& workload : workloads) {
    const bool trains = workload.work == Work::kTraining;
    for (const std::string& precision : trains ? precisions : std::vector<std::string>{""}) {
      BenchRow& row = rows.emplace_back();
      row.workload = workload.name;
      row.what = workload.what;
      row.precision = precision;
      row.device = trains ? FLAGS_device : "cpu";
      row.students = workload.students;
      row.single = workload.single;
    }
  }
  return rows;
}

// One turn of a row. Where memory is short the row is left out from then on, and says so.
absl::Status MeasureRow(const std::vector<Workload>& workloads, BenchRow* row) {
  const auto workload = std::find_if(workloads.begin(), workloads.end(),
                                     [row](const Workload& other) { return other.name == row->workload; });
  const absl::StatusOr<Measurement> measured =
      MeasureInChild(MostBytes(), [&] { return Measure(*workload, row->precision); });
  if (measured.ok()) {
    row->rounds.push_back(*measured);
    return absl::OkStatus();
  }
  if (!IsOutOfMemory(measured.status())) return measured.status();
  row->skipped = std::string(measured.status().message());
  row->rounds.clear();
  return absl::OkStatus();
}

absl::Status MeasureRounds(const std::vector<Workload>& workloads, std::vector<BenchRow>* rows) {
  for (int round = 0; round < FLAGS_rounds; ++round) {
    for (BenchRow& row : *rows) {
      if (!row.skipped.empty()) continue;
      std::cerr << "round " << round + 1 << " of " << FLAGS_rounds << ": " << row.workload << " " << row.precision
                << std::endl;
      RETORT_RETURN_IF_ERROR(MeasureRow(workloads, &row));
    }
  }
  return absl::OkStatus();
}

// Of the processor, by which bfloat16 is fast: "avx512_bf16 amx_bf16".
std::string Bfloat16Instructions() {
  std::vector<std::string> found;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "flags")) continue;
    for (const absl::string_view flag : absl::StrSplit(line, ' ')) {
      if (flag == "avx512_bf16" || flag == "amx_bf16") found.emplace_back(flag);
    }
    break;
  }
  return found.empty() ? "none" : absl::StrJoin(found, " ");
}

// Asked for when all is measured: a GPU must not be touched before processes of their own measure on it.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Conditions(const std::string& command) {
  RETORT_ASSIGN_OR_RETURN(const c10::Device device, ParseDevice(FLAGS_device));
  if (FLAGS_threads > 0) at::set_num_threads(FLAGS_threads);
  std::vector<std::pair<std::string, std::string>> conditions = {
      {"date", absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::Now(), absl::UTCTimeZone())},
      {"command", command},
      {"rounds", absl::StrCat(FLAGS_rounds, ", of ", FLAGS_steps, " steps after one that warms up")},
      {"cores", absl::StrCat(CoreCount())},
      {"bfloat16 instructions", Bfloat16Instructions()}};
  for (const auto& [name, value] : DescribeEnvironment(device)) conditions.emplace_back(name, value);
  return conditions;
}

absl::Status Run(const std::string& command) {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  RETORT_RETURN_IF_ERROR(CheckFlags());
  if (FLAGS_list || FLAGS_shapes) {
    std::cout << (FLAGS_list ? ListWorkloads() : WorkloadsJson());
    return absl::OkStatus();
  }
  const c10::DeviceType type = FLAGS_device == "cuda" ? c10::DeviceType::CUDA : c10::DeviceType::CPU;
  RETORT_ASSIGN_OR_RETURN(const std::vector<Workload> workloads, ChooseWorkloads(FLAGS_workloads, type));
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> precisions, ParsePrecisions());
  RETORT_RETURN_IF_ERROR(PrepareOutput());
  BenchReport report;
  report.rows = MakeRows(workloads, precisions);
  RETORT_RETURN_IF_ERROR(MeasureRounds(workloads, &report.rows));
  RETORT_ASSIGN_OR_RETURN(report.conditions, Conditions(command));
  std::cout << RenderBenchText(report, kWidth);
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(OutputFile("bench.tsv"), RenderBenchTsv(report)));
  return AtomicWriteFile(OutputFile("bench.html"), RenderBenchHtml(report));
}

std::string CommandLine(int argc, char** argv) {
  std::vector<std::string> words = {"bench"};
  for (int i = 1; i < argc; ++i) words.push_back(ShellQuoted(argv[i]));
  return absl::StrJoin(words, " ");
}

}  // namespace
}  // namespace retort::bench

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  const std::string command = retort::bench::CommandLine(argc, argv);
  if (const std::optional<int> code = retort::TakeFlags({"bench", retort::bench::kUsage, "tools/bench/"}, &argc, argv))
    return *code;
  retort::KeepFreedMemory();
  return retort::ExitCode(retort::TryTorch("bench", [&] { return retort::bench::Run(command); }));
}
