#include "framework/sweep/run/store.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/config/text/print.h"
#include "framework/eval/scores/scores_json.h"
#include "framework/json/json_number.h"
#include "framework/model/encoder.h"
#include "framework/model/files/safetensors.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr char kDone[] = "/done.json";
constexpr char kScores[] = "/scores.json";

std::string DoneText(const Progress& progress, const ParameterSet& parameters) {
  nlohmann::ordered_json done;
  done["steps"] = progress.step;
  done["tokens"] = progress.tokens;
  done["student_flops"] = NumberToJson(progress.student_flops);
  done["total_flops"] = NumberToJson(progress.total_flops);
  if (progress.best_value) {
    done["kept_step"] = progress.best_step;
    done["kept_value"] = NumberToJson(*progress.best_value);
  }
  done["parameters"] = parameters.parameter_count();
  return done.dump(2) + "\n";
}

// The encoder's own parameters, without those of loss terms.
ParameterSet ExportedParameters(const EncoderConfig& config, const ParameterSet& parameters) {
  ParameterSet exported(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  for (const ParameterSpec& spec : exported.specs()) exported.Set(spec.name, parameters.Get(spec.name)).IgnoreError();
  return exported;
}

absl::Status WriteLossParameters(const std::string& path, const ParameterSet& exported,
                                 const ParameterSet& parameters) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const ParameterSpec& spec : parameters.specs()) {
    if (!exported.Has(spec.name)) tensors.emplace_back(spec.name, parameters.Get(spec.name).detach().cpu());
  }
  return tensors.empty() ? absl::OkStatus() : WriteSafetensors(path, tensors, {});
}

}  // namespace

bool Store::Has(const PlannedStage& planned) const {
  return planned.trains() ? HasStudent(planned.key) : HasScores(planned.key);
}

StageIndices Store::Done(const Plan& plan) const {
  StageIndices done;
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    if (Has(plan.stages[i])) done.insert(static_cast<int>(i));
  }
  return done;
}

bool Store::HasStudent(const std::string& key) const { return std::filesystem::exists(Folder(key) + kDone); }
bool Store::HasScores(const std::string& key) const { return std::filesystem::exists(Folder(key) + kScores); }

absl::Status Store::Begin(const PlannedStage& planned) const {
  const std::string folder = Folder(planned.key);
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + "/stage.textproto", PrintText(planned.stage)));
  return AtomicWriteFile(folder + "/stage.binpb", DeterministicBytes(planned.stage));
}

absl::Status Store::PutStudent(const PlannedStage& planned, const ParameterSet& parameters,
                               const Progress& progress) const {
  const std::string folder = Folder(planned.key);
  const ParameterSet exported = ExportedParameters(planned.config, parameters);
  RETORT_RETURN_IF_ERROR(SaveModel(folder + "/model", planned.config, exported, planned.vocabulary->files));
  RETORT_RETURN_IF_ERROR(WriteLossParameters(folder + "/loss_parameters.safetensors", exported, parameters));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + kDone, DoneText(progress, parameters)));
  std::error_code ignored;
  std::filesystem::remove_all(CheckpointFolder(planned.key), ignored);
  return absl::OkStatus();
}

absl::StatusOr<LoadedModel> Store::GetStudent(const std::string& key) const {
  return LoadModel(Folder(key) + "/model");
}

absl::Status Store::PutScores(const std::string& key, const Scores& scores) const {
  RETORT_RETURN_IF_ERROR(MakeDirectories(Folder(key)));
  return AtomicWriteFile(Folder(key) + kScores, ToJson(scores));
}

absl::StatusOr<Scores> Store::GetScores(const std::string& key) const {
  RETORT_ASSIGN_OR_RETURN(const std::string json, ReadFile(Folder(key) + kScores));
  absl::StatusOr<Scores> scores = ScoresFromJson(json);
  if (scores.ok()) return scores;
  return absl::DataLossError(
      absl::StrCat(Folder(key), kScores, ": ", scores.status().message(), "; without the file it is computed again"));
}

absl::StatusOr<std::string> Store::GetMetricsLog(const std::string& key) const {
  return ReadFile(Folder(key) + "/metrics.jsonl");
}

}  // namespace retort
