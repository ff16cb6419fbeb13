#include "framework/model/hugging_face.h"

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face_config.h"
#include "framework/model/hugging_face_names.h"
#include "framework/model/safetensors.h"

namespace retort {
namespace {

constexpr char kConfig[] = "/config.json";
constexpr char kWeights[] = "/model.safetensors";
constexpr char kPickle[] = "/pytorch_model.bin";
constexpr char kVocabulary[] = "/vocab.txt";

absl::Status Prefix(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

absl::StatusOr<EncoderConfig> LoadConfig(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(folder + kConfig));
  absl::StatusOr<EncoderConfig> config = ParseHuggingFaceConfig(text);
  return config.ok() ? config : Prefix(folder + kConfig, config.status());
}

absl::StatusOr<std::unique_ptr<SafetensorsFile>> OpenWeights(const std::string& folder) {
  const bool has_pickle = std::filesystem::exists(folder + kPickle);
  if (has_pickle && !std::filesystem::exists(folder + kWeights)) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, kPickle,
                     ": pickles are not read, since they can run code; convert it once with: python3 -c \"from "
                     "transformers import AutoModelForMaskedLM as M; M.from_pretrained('",
                     folder, "').save_pretrained('", folder, "', safe_serialization=True)\""));
  }
  return SafetensorsFile::Open(folder + kWeights);
}

// Stored names by normalised name, without those that are knowingly left out.
absl::StatusOr<std::map<std::string, std::string>> StoredNames(const SafetensorsFile& file, const std::string& family) {
  std::map<std::string, std::string> names;
  for (const auto& [stored, entry] : file.entries()) {
    const std::string name = NormalizeHuggingFaceName(family, stored);
    if (IsIgnoredTensor(family, name)) continue;
    if (!names.emplace(name, stored).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.path(), ": tensors \"", stored, "\" and \"", names[name], "\" are the same parameter"));
    }
  }
  return names;
}

absl::Status LoadParameter(const SafetensorsFile& file, const std::string& stored, const std::string& name,
                           ParameterSet* parameters) {
  RETORT_ASSIGN_OR_RETURN(const at::Tensor tensor, file.Read(stored));
  if (!at::isFloatingType(tensor.scalar_type())) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path(), ": tensor \"", stored, "\": want floats, got ", c10::toString(tensor.scalar_type())));
  }
  if (!tensor.isfinite().all().item<bool>()) {
    return absl::DataLossError(absl::StrCat(file.path(), ": tensor \"", stored, "\" holds NaN or infinity"));
  }
  const absl::Status status = parameters->Set(name, tensor);
  return status.ok() ? status : Prefix(absl::StrCat(file.path(), ": tensor \"", stored, "\""), status);
}

absl::Status LoadParameters(const SafetensorsFile& file, std::map<std::string, std::string> names,
                            const std::string& family, ParameterSet* parameters) {
  for (const ParameterSpec& spec : parameters->specs()) {
    const std::string wanted = HuggingFaceName(family, spec.name);
    const auto stored = names.find(wanted);
    if (stored == names.end()) {
      return absl::InvalidArgumentError(absl::StrCat(file.path(), ": want a tensor \"", wanted, "\", got none"));
    }
    RETORT_RETURN_IF_ERROR(LoadParameter(file, stored->second, spec.name, parameters));
    names.erase(stored);
  }
  if (names.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(file.path(), ": tensor \"", names.begin()->second, "\" belongs to no parameter of this model"));
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const std::string& folder) {
  LoadedModel model;
  RETORT_ASSIGN_OR_RETURN(model.config, LoadConfig(folder));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<SafetensorsFile> file, OpenWeights(folder));
  const std::string& family = model.config.family;
  RETORT_ASSIGN_OR_RETURN(auto names, StoredNames(*file, family));
  model.config.pooler = family == "bert" && names.count(HuggingFaceName(family, "pooler.weight")) > 0;
  model.masked_lm_head = names.count(HuggingFaceName(family, "masked_lm.decoder.bias")) > 0;
  model.parameters =
      ParameterSet(EncoderParameterSpecs(model.config, model.masked_lm_head), at::kFloat, c10::Device(at::kCPU));
  RETORT_RETURN_IF_ERROR(LoadParameters(*file, std::move(names), family, &model.parameters));
  if (std::filesystem::exists(folder + kVocabulary)) model.vocabulary_path = folder + kVocabulary;
  return model;
}

absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       absl::string_view vocabulary, c10::ScalarType dtype) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  const bool masked_lm_head = parameters.Has("masked_lm.decoder.bias");
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const ParameterSpec& spec : EncoderParameterSpecs(config, masked_lm_head)) {
    tensors.emplace_back(HuggingFaceName(config.family, spec.name),
                         parameters.Get(spec.name).detach().to(at::kCPU, dtype).contiguous());
  }
  RETORT_RETURN_IF_ERROR(WriteSafetensors(folder + kWeights, tensors, {{"format", "pt"}}));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + kVocabulary, vocabulary));
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(
      folder + "/tokenizer_config.json",
      absl::StrCat("{\n  \"tokenizer_class\": \"BertTokenizer\",\n  \"do_lower_case\": true,\n  \"model_max_length\": ",
                   config.max_positions, "\n}\n")));
  return AtomicWriteFile(folder + kConfig, HuggingFaceConfigText(config, masked_lm_head, dtype));
}

}  // namespace retort
