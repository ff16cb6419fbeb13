#include "plugins/init/checkpoint/checkpoint.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/init/computes_alike.h"
#include "framework/model/class_order/class_order.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/padding.h"
#include "framework/model/files/weight_files.h"

namespace retort {
namespace {

RETORT_REGISTER_INITIALIZER(CheckpointInit, CheckpointConfig);

// A folder with fewer or more layers is another model: taking some of them is layer_copy's business.
absl::Status CheckLayers(const std::string& path, const ParameterSet& stored, const ParameterSet& student) {
  for (const ParameterSpec& spec : stored.specs()) {
    if (absl::StartsWith(spec.name, "layer.") && !student.Has(spec.name)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": has ", spec.name, ", which the student lacks"));
    }
  }
  for (const ParameterSpec& spec : student.specs()) {
    if (absl::StartsWith(spec.name, "layer.") && !stored.Has(spec.name)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": want ", spec.name, ", which the student has"));
    }
  }
  return absl::OkStatus();
}

// The model, without rows that pad it where it fits a student of so many pieces only then.
absl::StatusOr<LoadedModel> LoadModelOf(const std::string& path, int64_t pieces) {
  RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(path));
  if (model.config.vocabulary_size <= pieces) return model;
  return LoadModelWithoutPadding(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Initializer>> CheckpointInit::Create(const CheckpointConfig& config,
                                                                    const InitializerContext& context) {
  if (config.path().empty()) return absl::InvalidArgumentError("CheckpointConfig.path: want a model folder, got none");
  RETORT_RETURN_IF_ERROR(CheckModelFolder(config.path()));
  return std::make_unique<CheckpointInit>(config.path(), context.student);
}

std::vector<std::string> CheckpointInit::files() const {
  std::vector<std::string> files = {path_ + "/config.json"};
  const absl::StatusOr<WeightFiles> weights = WeightFiles::Open(path_);
  // What is wrong with them, Initialize says.
  if (!weights.ok()) return files;
  for (const std::string& path : weights->paths()) files.push_back(path);
  return files;
}

absl::Status CheckpointInit::Initialize(const InitializerInputs& inputs, ParameterSet* student) const {
  RETORT_ASSIGN_OR_RETURN(LoadedModel stored, LoadModelOf(path_, student->Spec("embeddings.word").shape.front()));
  RETORT_RETURN_IF_ERROR(CheckLayers(path_, stored.parameters, *student));
  RETORT_RETURN_IF_ERROR(CheckComputesAlike(student_, stored.config, path_));
  FitClasses(student_, &stored.config, &stored.parameters);
  InitializeRandomNormal(inputs.seed, student_.initializer_range, student_.pad_token_id, student);
  for (const ParameterSpec& spec : stored.parameters.specs()) {
    if (!student->Has(spec.name)) continue;
    const absl::Status status = student->Set(spec.name, stored.parameters.Get(spec.name));
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(path_, ": ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace retort
