// How good Hugging Face models are at a task: scores, paired differences, predictions.
//
//   bazel run //tools:evaluate -- --model=FOLDER --task='glue { task: "RTE" folder: "glue/RTE" }'
//   bazel run //tools:evaluate -- --model=FOLDER --model=FOLDER --task=my_task.textproto --json=scores.json
//
// --help has examples.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/device/parse_device.h"
#include "framework/base/file.h"
#include "framework/base/paths/output_file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/temporary_folder.h"
#include "framework/base/try_torch.h"
#include "framework/data/data_cache.h"
#include "gflags/gflags.h"
#include "nlohmann/json.hpp"
#include "tools/evaluate/choose_task.h"
#include "tools/evaluate/comparison.h"
#include "tools/evaluate/evaluate_models.h"
#include "tools/evaluate/predictions.h"

DEFINE_string(model, "",
              "Hugging Face model folder with the task's head; as often as wanted: models are compared with the first");
DEFINE_string(task, "", "the data, as in an experiment's data { ... }, or a .textproto file of such text");
DEFINE_string(split, "", "the part of the data: select, report, test, or another that it has; default: report");
DEFINE_string(evaluation, "", "as in an experiment's evaluation { ... }; default: the one that such data has");
DEFINE_string(predictions, "",
              "folder to write predictions into, in the layout that GLUE's server or SQuAD's scripts read");
DEFINE_string(json, "", "file to write the scores into");
DEFINE_bool(overwrite, false, "replace what is where predictions and scores are written");
DEFINE_string(device, "cpu", "cpu or cuda");

namespace retort {
namespace {

constexpr char kUsage[] =
    "how good Hugging Face models are at a task\n\n"
    "  evaluate --model=FOLDER --task='glue { task: \"RTE\" folder: \"glue/RTE\" }'\n"
    "      scores on dev.tsv, each with its standard error over examples\n"
    "  evaluate --model=A --model=B --task='table { train: \"train.csv\" text: \"text\" label: \"label\" }'\n"
    "      both models, and the paired difference of B to A; classes are connected by name\n"
    "  evaluate --model=FOLDER --task=task.textproto --split=test --predictions=FOLDER\n"
    "      writes what the model predicts; the split may lack labels\n"
    "  evaluate --model=FOLDER --task=task.textproto --evaluation='classification { f1_of: \"yes\" }' --json=FILE\n"
    "      F1 of a class; the scores as JSON, too";

constexpr char kJsonBeginning[] = "{\n \"task\":";

absl::Status CheckFlags(const std::vector<std::string>& models) {
  if (models.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none; see --help");
  if (FLAGS_task.empty()) return absl::InvalidArgumentError("--task: want data to evaluate on, got none; see --help");
  if (FLAGS_json.empty()) return absl::OkStatus();
  return CheckOutputFile(FLAGS_json, {{}, FLAGS_overwrite, kJsonBeginning, "--json"});
}

// The folder of each model's predictions: that of the flag, or of several models one in it, named 1, 2 ... in their
// order.
std::string PredictionsFolder(size_t model, size_t models) {
  return models == 1 ? FLAGS_predictions : absl::StrCat(FLAGS_predictions, "/", model + 1);
}

absl::Status CheckPredictionFiles(const PredictionFile& file, size_t models) {
  for (size_t m = 0; m < models; ++m) {
    const std::string path = absl::StrCat(PredictionsFolder(m, models), "/", file.name);
    RETORT_RETURN_IF_ERROR(
        CheckOutputFile(path, {{}, FLAGS_overwrite, file.json ? "" : kPredictionsHeading, "--predictions"}));
  }
  return absl::OkStatus();
}

absl::Status WritePredictions(const PredictionFile& file, const std::vector<ModelResult>& models,
                              const std::vector<std::string>& classes) {
  for (size_t m = 0; m < models.size(); ++m) {
    const std::string folder = PredictionsFolder(m, models.size()), path = absl::StrCat(folder, "/", file.name);
    RETORT_ASSIGN_OR_RETURN(const std::string text, PredictionText(file, models[m].predictions, classes));
    RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(path, text));
    std::cout << path << ": " << models[m].predictions.size() << " predictions of " << models[m].model << "\n";
  }
  return absl::OkStatus();
}

absl::Status Report(const ChosenTask& task, const TaskResults& results) {
  const std::vector<ModelResult>& models = results.models;
  std::cout << task.description << ", split " << task.evaluator->split() << "\n";
  for (const std::string& note : results.notes) std::cout << note << "\n";
  RETORT_ASSIGN_OR_RETURN(const auto comparisons, Compare(task.evaluator->metrics(), models));
  if (!comparisons.empty()) {
    std::cout << "\n"
              << ComparisonTable(comparisons, models) << "\n± is the standard error over examples"
              << (models.size() > 1 ? "; of differences, the 95 % interval over them" : "") << "\n";
  }
  if (FLAGS_json.empty()) return absl::OkStatus();
  const nlohmann::ordered_json json = {{"task", task.description},
                                       {"split", task.evaluator->split()},
                                       {"notes", results.notes},
                                       {"models", ComparisonJson(comparisons, models)}};
  return AtomicWriteFile(FLAGS_json, json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

absl::Status Run(const std::vector<std::string>& models) {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  RETORT_RETURN_IF_ERROR(CheckFlags(models));
  EvaluateOptions options;
  RETORT_ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  RETORT_ASSIGN_OR_RETURN(const ChosenTask task, ChooseTask(FLAGS_task, FLAGS_evaluation, FLAGS_split));
  const PredictionFile file = PredictionFileOf(task.data, task.evaluator->split(), task.evaluator->needs());
  options.predicts = !FLAGS_predictions.empty();
  if (options.predicts) RETORT_RETURN_IF_ERROR(CheckPredictionFiles(file, models.size()));
  RETORT_ASSIGN_OR_RETURN(const auto stores, TemporaryFolder::Create());
  DataCache cache(stores->path(), static_cast<int>(std::thread::hardware_concurrency()));
  options.cache = &cache;
  RETORT_ASSIGN_OR_RETURN(const TaskResults results, EvaluateModels(models, *task.evaluator, options));
  RETORT_RETURN_IF_ERROR(Report(task, results));
  if (!options.predicts) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> classes, task.evaluator->Classes(&cache));
  return WritePredictions(file, results.models, classes);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  const std::vector<std::string> models = retort::TakeFlag("model", &argc, argv);
  if (const std::optional<int> code = retort::TakeFlags({"evaluate", retort::kUsage, "tools/evaluate/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::TryTorch("evaluate", [&] { return retort::Run(models); }));
}
