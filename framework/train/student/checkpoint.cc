#include "framework/train/student/checkpoint.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/files/safetensors.h"

namespace retort {
namespace {

constexpr ptrdiff_t kGenerations = 2;
constexpr char kEvaluationDue[] = "evaluation_due";
constexpr char kSinceBest[] = "evaluations_since_best";
constexpr char kHash[] = "hash";

std::string CheckpointPath(const std::string& folder, int64_t step) {
  return absl::StrCat(folder, "/step_", step, ".safetensors");
}

// Hexadecimal floats come back with the same bits.
std::string Text(double value) { return absl::StrFormat("%a", value); }

std::map<std::string, std::string> ProgressText(const Progress& progress) {
  std::map<std::string, std::string> text{{"step", absl::StrCat(progress.step)},
                                          {"tokens", absl::StrCat(progress.tokens)},
                                          {"student_flops", Text(progress.student_flops)},
                                          {"total_flops", Text(progress.total_flops)},
                                          {"computed_with", progress.computed_with}};
  if (progress.evaluation_due) text[kEvaluationDue] = "";
  if (progress.best_value) {
    text["best_value"] = Text(*progress.best_value);
    text["best_step"] = absl::StrCat(progress.best_step);
    text[kSinceBest] = absl::StrCat(progress.evaluations_since_best);
  }
  return text;
}

absl::StatusOr<Progress> ParseProgress(const SafetensorsFile& file) {
  const auto& text = file.metadata();
  Progress progress;
  for (const auto& [name, value] : {std::pair("step", &progress.step), std::pair("tokens", &progress.tokens)}) {
    const auto found = text.find(name);
    if (found == text.end() || !absl::SimpleAtoi(found->second, value)) {
      return absl::DataLossError(absl::StrCat(file.path(), ": not a checkpoint: there is no ", name));
    }
  }
  auto real = [&](const char* name) {
    const auto found = text.find(name);
    return found == text.end() ? 0 : std::strtod(found->second.c_str(), nullptr);
  };
  if (const auto found = text.find("computed_with"); found != text.end()) progress.computed_with = found->second;
  progress.evaluation_due = text.count(kEvaluationDue) > 0;
  progress.student_flops = real("student_flops");
  progress.total_flops = real("total_flops");
  const auto best_step = text.find("best_step");
  if (best_step != text.end() && absl::SimpleAtoi(best_step->second, &progress.best_step)) {
    progress.best_value = real("best_value");
    const auto since_best = text.find(kSinceBest);
    if (since_best == text.end() || !absl::SimpleAtoi(since_best->second, &progress.evaluations_since_best)) {
      return absl::DataLossError(absl::StrCat(file.path(), ": not a checkpoint: there is no ", kSinceBest));
    }
  }
  return progress;
}

std::vector<std::pair<std::string, at::Tensor>> Tensors(const Checkpoint& checkpoint) {
  std::vector<std::pair<std::string, at::Tensor>> tensors{{"parameters", checkpoint.state.parameters.detach().cpu()},
                                                          {"first_moment", checkpoint.state.first_moment.cpu()},
                                                          {"second_moment", checkpoint.state.second_moment.cpu()}};
  if (checkpoint.progress.best_value) tensors.emplace_back("best_parameters", checkpoint.best_parameters.cpu());
  return tensors;
}

// XXH3 of the tensors' bytes and of what is said beside them.
std::string HashOf(const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                   const std::map<std::string, std::string>& text) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values = tensor.contiguous();
    XXH3_64bits_update(state.get(), values.data_ptr(), values.nbytes());
  }
  for (const auto& [name, value] : text) {
    const std::string line = absl::StrCat(name, "=", value, "\n");
    XXH3_64bits_update(state.get(), line.data(), line.size());
  }
  return absl::StrCat(absl::Hex(XXH3_64bits_digest(state.get()), absl::kZeroPad16));
}

// A tensor like "parameters": [N] float32.
absl::StatusOr<at::Tensor> ReadBuffer(const SafetensorsFile& file, const std::string& name) {
  const auto& entries = file.entries();
  const auto parameters = entries.find("parameters"), found = entries.find(name);
  if (found == entries.end() || parameters == entries.end() || found->second.dtype != at::kFloat ||
      found->second.shape.size() != 1 || found->second.shape != parameters->second.shape) {
    return absl::DataLossError(
        absl::StrCat(file.path(), ": not a checkpoint: there is no ", name, " of float32, as long as the parameters"));
  }
  return file.Read(name);
}

}  // namespace

absl::Status SaveCheckpoint(const std::string& folder, const Checkpoint& checkpoint) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  const std::vector<std::pair<std::string, at::Tensor>> tensors = Tensors(checkpoint);
  std::map<std::string, std::string> text = ProgressText(checkpoint.progress);
  text[kHash] = HashOf(tensors, text);
  RETORT_RETURN_IF_ERROR(WriteSafetensors(CheckpointPath(folder, checkpoint.progress.step), tensors, text));
  const std::vector<int64_t> steps = ListCheckpoints(folder);
  const auto saved = std::find(steps.begin(), steps.end(), checkpoint.progress.step);
  for (auto step = steps.begin(); step != steps.end(); ++step) {
    if (step <= saved && saved - step < kGenerations) continue;
    RemoveCheckpoint(folder, *step);
  }
  return absl::OkStatus();
}

std::vector<int64_t> ListCheckpoints(const std::string& folder) {
  std::vector<int64_t> steps;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    int64_t step = 0;
    if (absl::StartsWith(name, "step_") && absl::EndsWith(name, ".safetensors") &&
        absl::SimpleAtoi(absl::StripSuffix(absl::StripPrefix(name, "step_"), ".safetensors"), &step)) {
      steps.push_back(step);
    }
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

void RemoveCheckpoint(const std::string& folder, int64_t step) {
  std::error_code ignored;
  std::filesystem::remove(CheckpointPath(folder, step), ignored);
}

int64_t NewestCommonCheckpoint(const std::vector<std::string>& folders) {
  std::set<int64_t> common;
  for (size_t i = 0; i < folders.size(); ++i) {
    const std::vector<int64_t> steps = ListCheckpoints(folders[i]);
    const std::set<int64_t> present(steps.begin(), steps.end());
    if (i == 0) common = present;
    for (auto step = common.begin(); step != common.end();) {
      step = present.count(*step) > 0 ? std::next(step) : common.erase(step);
    }
  }
  return common.empty() ? 0 : *common.rbegin();
}

absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& folder, int64_t step) {
  RETORT_ASSIGN_OR_RETURN(const auto file, SafetensorsFile::Open(CheckpointPath(folder, step)));
  Checkpoint checkpoint;
  RETORT_ASSIGN_OR_RETURN(checkpoint.progress, ParseProgress(*file));
  if (checkpoint.progress.step != step) {
    return absl::DataLossError(
        absl::StrCat(file->path(), ": not a checkpoint: want step ", step, ", got ", checkpoint.progress.step));
  }
  RETORT_ASSIGN_OR_RETURN(checkpoint.state.parameters, ReadBuffer(*file, "parameters"));
  RETORT_ASSIGN_OR_RETURN(checkpoint.state.first_moment, ReadBuffer(*file, "first_moment"));
  RETORT_ASSIGN_OR_RETURN(checkpoint.state.second_moment, ReadBuffer(*file, "second_moment"));
  if (checkpoint.progress.best_value) {
    RETORT_ASSIGN_OR_RETURN(checkpoint.best_parameters, ReadBuffer(*file, "best_parameters"));
  }
  const auto hash = file->metadata().find(kHash);
  if (hash == file->metadata().end() ||
      hash->second != HashOf(Tensors(checkpoint), ProgressText(checkpoint.progress))) {
    return absl::DataLossError(absl::StrCat(file->path(), ": damaged: it is not what was written"));
  }
  return checkpoint;
}

absl::Status ResumeUnder(const std::string& today, bool inexact, const std::string& folder, Progress* progress) {
  const std::string& before = progress->computed_with;
  if (before == today) return absl::OkStatus();
  if (!inexact) {
    return absl::FailedPreconditionError(absl::StrCat(folder, ": want the conditions of its checkpoint of step ",
                                                      progress->step, " (", before,
                                                      "), under which the bits are the same, got ", today,
                                                      "; go on with those, or with other bits by --inexact_resume"));
  }
  progress->computed_with = absl::StrCat(before, ", from step ", progress->step, " ", today);
  return absl::OkStatus();
}

}  // namespace retort
