#include "framework/sweep/store/store.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/atomic_file.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/config/text/print.h"
#include "framework/eval/scores/scores_json.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "framework/model/encoder.h"
#include "framework/model/files/safetensors.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/store/lease.h"
#include "framework/sweep/store/manifest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDone[] = "/done.json";
constexpr char kScores[] = "/scores.json";

constexpr char kModel[] = "model", kLossParameters[] = "loss_parameters.safetensors", kMetrics[] = "metrics.jsonl",
               kCheckpoint[] = "checkpoint", kAugmented[] = "augmented.jsonl";

// What done.json stands for: what is read again.
const std::vector<std::string>& StoredNames() {
  static const auto* const names = new std::vector<std::string>{kModel, kLossParameters, kMetrics};
  return *names;
}

std::string DoneText(const Progress& progress, const ParameterSet& parameters, const Manifest& files) {
  Json done;
  done["steps"] = progress.step;
  done["tokens"] = progress.tokens;
  done["student_flops"] = NumberToJson(progress.student_flops);
  done["total_flops"] = NumberToJson(progress.total_flops);
  if (progress.best_value) {
    done["kept_step"] = progress.best_step;
    done["kept_value"] = NumberToJson(*progress.best_value);
  }
  if (progress.stopped_step > 0) done["stopped_step"] = progress.stopped_step;
  done["parameters"] = parameters.parameter_count();
  done["computed_with"] = progress.computed_with;
  done["files"] = files;
  Seal(&done);
  return done.dump(2) + "\n";
}

// A sealed object without its seal. Errors: those of files; DataLoss.
absl::StatusOr<Json> ReadSealed(const std::string& path) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Json json = ParseSealed(text);
  if (!Unseal(&json).empty()) return json;
  return absl::DataLossError(absl::StrCat(path, " is damaged: it is not what was stored"));
}

// Removes the temporary files that killed processes left in a stage's folder.
void RemoveLitter(const std::string& folder) {
  RemoveAbandoned(folder);
  RemoveAbandoned(absl::StrCat(folder, "/", kModel));
  RemoveAbandoned(absl::StrCat(folder, "/", kCheckpoint));
}

// Removes what is a folder where files belong, and the other way round: nothing can be put in their places.
void RemoveWhatIsInTheWay(const std::string& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool is_folder = entry->is_directory(error);
    if (is_folder == (entry.depth() == 0 && (name == kModel || name == kCheckpoint))) continue;
    if (is_folder) entry.disable_recursion_pending();
    if (is_folder || name == kModel || name == kCheckpoint) found.push_back(entry->path());
  }
  for (const std::filesystem::path& path : found) std::filesystem::remove_all(path, error);
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
  if (planned.trains()) return HasStudent(planned.key);
  if (planned.augments()) return Exists(Folder(planned.key) + kDone);
  const std::string& teacher = planned.evaluation().teacher_scores_key;
  return HasScores(planned.key) && (teacher.empty() || HasScores(teacher));
}

StageIndices Store::Done(const Plan& plan) const {
  StageIndices done;
  for (size_t i = 0; i < plan.stages.size(); ++i) {
    if (Has(plan.stages[i])) done.insert(static_cast<int>(i));
  }
  return done;
}

bool Store::HasStudent(const std::string& key) const { return Exists(Folder(key) + kDone); }
bool Store::HasScores(const std::string& key) const { return Exists(Folder(key) + kScores); }

absl::StatusOr<Json> Store::ReadDone(const std::string& key) const {
  RETORT_ASSIGN_OR_RETURN(Json done, ReadSealed(Folder(key) + kDone));
  const auto files = done.find("files");
  if (files != done.end() && files->is_object()) return done;
  return absl::DataLossError(absl::StrCat(Folder(key), kDone, ": want the hashes of files, got none"));
}

// That the files are what done.json stands for, `required` among them.
absl::Status Store::CheckFiles(const std::string& key, const char* required) const {
  RETORT_ASSIGN_OR_RETURN(const Json done, ReadDone(key));
  Manifest manifest;
  for (const auto& [name, hash] : done["files"].items()) {
    if (hash.is_string()) manifest[name] = hash.get<std::string>();
  }
  if (manifest.count(required) == 0) {
    return absl::DataLossError(absl::StrCat(Folder(key), kDone, ": want the hash of ", required, ", got none"));
  }
  return CheckManifest(Folder(key), manifest);
}

absl::Status Store::CheckStudent(const std::string& key) const { return CheckFiles(key, kMetrics); }

absl::Status Store::CheckAugmented(const std::string& key) const { return CheckFiles(key, kAugmented); }

absl::StatusOr<Progress> Store::GetProgress(const std::string& key) const {
  RETORT_ASSIGN_OR_RETURN(const Json done, ReadDone(key));
  Progress progress;
  progress.step = done.value("steps", int64_t{0});
  progress.tokens = done.value("tokens", int64_t{0});
  progress.student_flops = NumberFromJson(done["student_flops"]).value_or(0);
  progress.total_flops = NumberFromJson(done["total_flops"]).value_or(0);
  progress.stopped_step = done.value("stopped_step", int64_t{0});
  progress.computed_with = done.value("computed_with", std::string());
  return progress;
}

void Store::RepairResult(const PlannedStage& planned, std::vector<std::string>* lines) const {
  std::vector<std::string> keys = {planned.key};
  if (planned.evaluates()) keys.push_back(planned.evaluation().teacher_scores_key);
  for (const std::string& key : keys) {
    const char* name = planned.evaluates() ? kScores : kDone;
    if (key.empty() || !Exists(Folder(key) + name)) continue;
    const absl::Status sound = CheckResult(planned, key);
    if (sound.ok()) continue;
    lines->push_back(absl::StrCat(sound.message(), "; stage \"", planned.stage.name(), "\" is computed again"));
    std::error_code ignored;
    std::filesystem::remove(Folder(key) + name, ignored);
  }
}

// That the result of a stage of this kind is what was stored.
absl::Status Store::CheckResult(const PlannedStage& planned, const std::string& key) const {
  if (planned.evaluates()) return GetScores(key).status();
  return planned.trains() ? CheckStudent(key) : CheckAugmented(key);
}

void Store::RemoveCheckpointsOfDone(const PlannedStage& planned) const {
  std::error_code ignored;
  if (planned.trains() && HasStudent(planned.key)) std::filesystem::remove_all(CheckpointFolder(planned.key), ignored);
}

void Store::RepairCheckpoints(const PlannedStage& planned, std::vector<std::string>* lines) const {
  const std::string folder = CheckpointFolder(planned.key);
  const std::vector<int64_t> steps = ListCheckpoints(folder);
  if (steps.empty()) return;
  const int64_t logged = ReadSoundLines(GetMetricsLog(planned.key).value_or("")).steps;
  for (const int64_t step : steps) {
    absl::Status sound = LoadCheckpoint(folder, step).status();
    if (sound.ok() && step > logged) {
      sound =
          absl::DataLossError(absl::StrCat(Folder(planned.key), "/", kMetrics, ": want whole lines of the steps up to ",
                                           step, " of a checkpoint, got those up to ", logged));
    }
    if (sound.ok()) continue;
    lines->push_back(absl::StrCat(sound.message(), "; the checkpoint is not used"));
    RemoveCheckpoint(folder, step);
  }
}

std::vector<std::string> Store::Repair(const Plan& plan) const {
  std::vector<std::string> lines;
  RemoveAbandoned(root_);
  for (const PlannedStage& planned : plan.stages) {
    if (planned.evaluates()) RemoveAbandoned(Folder(planned.evaluation().teacher_scores_key));
    if (!Exists(Folder(planned.key))) continue;
    const absl::StatusOr<std::unique_ptr<Lease>> lease = Lease::TryTake(Folder(planned.key));
    if (!lease.ok() || *lease == nullptr) continue;
    RemoveWhatIsInTheWay(Folder(planned.key));
    RepairResult(planned, &lines);
    RemoveCheckpointsOfDone(planned);
    if (planned.trains()) RepairCheckpoints(planned, &lines);
    RemoveLitter(Folder(planned.key));
  }
  return lines;
}

void Store::Tidy(const Plan& plan) const {
  for (const PlannedStage& planned : plan.stages) {
    const std::string folder = Folder(planned.key);
    if (!Has(planned) || !Lease::IsLeft(folder)) continue;
    const absl::StatusOr<std::unique_ptr<Lease>> lease = Lease::TryTake(folder);
    if (!lease.ok() || *lease == nullptr) continue;
    RemoveCheckpointsOfDone(planned);
    RemoveLitter(folder);
    if (planned.evaluates()) RemoveAbandoned(Folder(planned.evaluation().teacher_scores_key));
  }
}

absl::Status Store::Begin(const PlannedStage& planned) const {
  const std::string folder = Folder(planned.key);
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  RemoveLitter(folder);
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + "/stage.textproto", PrintText(planned.stage)));
  return AtomicWriteFile(folder + "/stage.binpb", DeterministicBytes(planned.stage));
}

absl::Status Store::PutStudent(const PlannedStage& planned, const ParameterSet& parameters,
                               const Progress& progress) const {
  const std::string folder = Folder(planned.key);
  RETORT_RETURN_IF_ERROR(CheckLog(planned.key, progress.step));
  const ParameterSet exported = ExportedParameters(planned.config, parameters);
  RETORT_RETURN_IF_ERROR(
      SaveModel(absl::StrCat(folder, "/", kModel), planned.config, exported, planned.vocabulary->files));
  RETORT_RETURN_IF_ERROR(WriteLossParameters(absl::StrCat(folder, "/", kLossParameters), exported, parameters));
  RETORT_ASSIGN_OR_RETURN(const Manifest files, MakeManifest(folder, StoredNames()));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + kDone, DoneText(progress, parameters, files)));
  std::error_code ignored;
  std::filesystem::remove_all(CheckpointFolder(planned.key), ignored);
  return absl::OkStatus();
}

absl::Status Store::CheckLog(const std::string& key, int64_t steps) const {
  RETORT_ASSIGN_OR_RETURN(const std::string log, GetMetricsLog(key));
  const int64_t logged = ReadSoundLines(log).steps;
  if (logged == steps) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(Folder(key), "/", kMetrics, ": want whole lines of the steps up to ", steps,
                                          ", got those up to ", logged,
                                          ": it was changed while the stage trained; the same command computes again "
                                          "what is lost"));
}

absl::StatusOr<LoadedModel> Store::GetStudent(const std::string& key) const {
  RETORT_RETURN_IF_ERROR(CheckStudent(key));
  return LoadModel(absl::StrCat(Folder(key), "/", kModel));
}

absl::Status Store::PutAugmented(const std::string& key, const std::string& computed_with) const {
  const std::string folder = Folder(key);
  RETORT_ASSIGN_OR_RETURN(const Manifest files, MakeManifest(folder, {kAugmented}));
  Json done;
  done["computed_with"] = computed_with;
  done["files"] = files;
  Seal(&done);
  return AtomicWriteFile(folder + kDone, done.dump(2) + "\n");
}

absl::Status Store::GetLossParameters(const std::string& key, const std::vector<std::string>& names,
                                      ParameterSet* parameters) const {
  RETORT_RETURN_IF_ERROR(CheckStudent(key));
  RETORT_ASSIGN_OR_RETURN(const auto file, SafetensorsFile::Open(absl::StrCat(Folder(key), "/", kLossParameters)));
  for (const std::string& name : names) {
    RETORT_ASSIGN_OR_RETURN(const at::Tensor values, file->Read(name));
    RETORT_RETURN_IF_ERROR(parameters->Set(name, values));
  }
  return absl::OkStatus();
}

absl::Status Store::PutScores(const std::string& key, const Scores& scores) const {
  RETORT_RETURN_IF_ERROR(MakeDirectories(Folder(key)));
  RemoveAbandoned(Folder(key));
  Json json = Json::parse(ToJson(scores));
  Seal(&json);
  return AtomicWriteFile(Folder(key) + kScores, CompactText(json));
}

absl::StatusOr<Scores> Store::GetScores(const std::string& key) const {
  RETORT_ASSIGN_OR_RETURN(const Json json, ReadSealed(Folder(key) + kScores));
  absl::StatusOr<Scores> scores = ScoresFromJson(CompactText(json));
  if (scores.ok()) return scores;
  return absl::DataLossError(absl::StrCat(Folder(key), kScores, ": ", scores.status().message()));
}

absl::StatusOr<std::string> Store::GetMetricsLog(const std::string& key) const {
  return ReadFile(absl::StrCat(Folder(key), "/", kMetrics));
}

}  // namespace retort
