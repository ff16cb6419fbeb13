#include "framework/model/hugging_face.h"

#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/zeros.h"
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
constexpr char kShards[] = "/model.safetensors.index.json";
constexpr char kVocabulary[] = "/vocab.txt";
constexpr char kTokenizer[] = "/tokenizer_config.json";

// In the weights' metadata: "0" where the token types are only there since transformers wants some.
constexpr char kTokenTypes[] = "token_types";

absl::Status Prefix(const std::string& place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

absl::StatusOr<EncoderConfig> LoadConfig(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadFile(folder + kConfig));
  absl::StatusOr<EncoderConfig> config = ParseHuggingFaceConfig(text);
  return config.ok() ? config : Prefix(folder + kConfig, config.status());
}

absl::StatusOr<std::unique_ptr<SafetensorsFile>> OpenWeights(const std::string& folder) {
  if (std::filesystem::exists(folder + kWeights)) return SafetensorsFile::Open(folder + kWeights);
  for (const auto& [name, reason] : {std::pair(kPickle, "pickles are not read, since they can run code"),
                                     std::pair(kShards, "weights in several files are not read")}) {
    if (!std::filesystem::exists(folder + name)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        folder, name, ": ", reason,
        "; convert it once with: python3 -c \"from transformers import AutoModelForMaskedLM as M; M.from_pretrained('",
        folder, "').save_pretrained('", folder, "', max_shard_size='100GB')\""));
  }
  return absl::NotFoundError(absl::StrCat(folder, kWeights, ": No such file or directory"));
}

// The tensors of one file by normalised name.
class StoredTensors {
 public:
  static absl::StatusOr<StoredTensors> Index(const SafetensorsFile& file, const std::string& family) {
    StoredTensors tensors(file);
    std::map<std::string, std::string> copies;
    for (const auto& [stored, entry] : file.entries()) {
      const std::string name = NormalizeHuggingFaceName(family, stored);
      if (IsIgnoredTensor(name)) continue;
      auto& names = TiedTo(family, name).empty() ? tensors.names_ : copies;
      if (!names.emplace(name, stored).second) {
        return tensors.Invalid(stored, absl::StrCat("want one name for a parameter, got \"", names[name], "\" too"));
      }
    }
    for (const auto& [name, stored] : copies) RETORT_RETURN_IF_ERROR(tensors.AddCopy(TiedTo(family, name), stored));
    return tensors;
  }

  bool Has(const std::string& name) const { return names_.count(name) > 0; }
  void Forget(const std::string& name) { names_.erase(name); }

  // Checks that the parameters, stored under these names, are all there is, and their types and shapes.
  absl::Status Check(const std::map<std::string, ParameterSpec>& wanted) const {
    for (const auto& [name, spec] : wanted) {
      if (!Has(name)) return Fail(absl::StrCat("want a tensor \"", name, "\", got none"));
      const std::string& stored = names_.at(name);
      const SafetensorsEntry& entry = file_->entries().at(stored);
      if (!at::isFloatingType(entry.dtype)) {
        return Invalid(stored, absl::StrCat("want floats, got ", SafetensorsTypeName(entry.dtype)));
      }
      if (entry.shape != spec.shape) {
        return Invalid(stored, absl::StrCat("want shape [", absl::StrJoin(spec.shape, ", "), "], got [",
                                            absl::StrJoin(entry.shape, ", "), "]"));
      }
    }
    for (const auto& [name, stored] : names_) {
      if (wanted.count(name) == 0) return Invalid(stored, "belongs to no parameter of this model");
    }
    return absl::OkStatus();
  }

  // The tensor as float32, finite.
  absl::StatusOr<at::Tensor> Read(const std::string& name) const {
    const std::string& stored = names_.at(name);
    RETORT_ASSIGN_OR_RETURN(at::Tensor tensor, file_->Read(stored));
    tensor = tensor.to(at::kFloat);
    if (tensor.isfinite().all().item<bool>()) return tensor;
    return absl::DataLossError(absl::StrCat(file_->path(), ": tensor \"", stored, "\" holds NaN or infinity"));
  }

 private:
  explicit StoredTensors(const SafetensorsFile& file) : file_(&file) {}

  // Takes in a tensor that stands for `original`, or only repeats it.
  absl::Status AddCopy(const std::string& original, const std::string& stored) {
    const auto [found, alone] = names_.emplace(original, stored);
    if (alone) return absl::OkStatus();
    const SafetensorsEntry& a = file_->entries().at(found->second);
    const SafetensorsEntry& b = file_->entries().at(stored);
    if (a.dtype == b.dtype && a.shape == b.shape && file_->Bytes(found->second) == file_->Bytes(stored)) {
      return absl::OkStatus();
    }
    return Invalid(stored, absl::StrCat("want a copy of \"", found->second, "\", to which it is tied, got another"));
  }

  absl::Status Fail(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_->path(), ": ", what));
  }
  absl::Status Invalid(const std::string& stored, const std::string& what) const {
    return Fail(absl::StrCat("tensor \"", stored, "\": ", what));
  }

  const SafetensorsFile* file_;
  std::map<std::string, std::string> names_;  // Normalised to stored.
};

bool HasOnlyNominalTokenTypes(const SafetensorsFile& file) {
  const auto found = file.metadata().find(kTokenTypes);
  return found != file.metadata().end() && found->second == "0";
}

bool HasMaskedLmHead(const StoredTensors& stored, const std::string& family) {
  for (const char* name : {"masked_lm.transform.weight", "masked_lm.transform.bias", "masked_lm.norm.scale",
                           "masked_lm.norm.shift", "masked_lm.decoder.bias"}) {
    if (stored.Has(HuggingFaceName(family, name))) return true;
  }
  return false;
}

bool HasPooler(const StoredTensors& stored, const std::string& family) {
  return family == "bert" &&
         (stored.Has(HuggingFaceName(family, "pooler.weight")) || stored.Has(HuggingFaceName(family, "pooler.bias")));
}

bool LowerCase(const std::string& folder) {
  const absl::StatusOr<std::string> text = ReadFile(folder + kTokenizer);
  return !text.ok() || ParseLowerCase(*text);
}

bool NeedsNominalTokenTypes(const EncoderConfig& config) { return config.family == "bert" && config.token_types == 0; }

// The parameters under the names and in the type they are stored in.
absl::StatusOr<std::vector<std::pair<std::string, at::Tensor>>> TensorsToStore(const EncoderConfig& config,
                                                                               const ParameterSet& parameters,
                                                                               c10::ScalarType dtype) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const ParameterSpec& spec : EncoderParameterSpecs(config, parameters.Has("masked_lm.decoder.bias"))) {
    at::Tensor tensor = parameters.Get(spec.name).detach().to(at::kCPU, dtype).contiguous();
    if (!tensor.isfinite().all().item<bool>()) {
      return absl::InvalidArgumentError(absl::StrCat(spec.name, ": want values that are finite in ",
                                                     SafetensorsTypeName(dtype), ", got NaN or infinity"));
    }
    tensors.emplace_back(HuggingFaceName(config.family, spec.name), std::move(tensor));
  }
  if (NeedsNominalTokenTypes(config)) {
    tensors.emplace_back(HuggingFaceName(config.family, "embeddings.token_type"),
                         at::zeros({1, config.hidden_size}, dtype));
  }
  return tensors;
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const std::string& folder) {
  LoadedModel model;
  RETORT_ASSIGN_OR_RETURN(model.config, LoadConfig(folder));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<SafetensorsFile> file, OpenWeights(folder));
  const std::string& family = model.config.family;
  RETORT_ASSIGN_OR_RETURN(StoredTensors stored, StoredTensors::Index(*file, family));
  if (family == "bert" && HasOnlyNominalTokenTypes(*file)) {
    model.config.token_types = 0;
    stored.Forget(HuggingFaceName(family, "embeddings.token_type"));
  }
  model.config.pooler = HasPooler(stored, family);
  model.masked_lm_head = HasMaskedLmHead(stored, family);
  const int64_t tensors = static_cast<int64_t>(file->entries().size());
  if (model.config.layers > tensors) {
    return absl::InvalidArgumentError(absl::StrCat(folder, kConfig, ": layers: want no more than the ", tensors,
                                                   " tensors of ", file->path(), ", got ", model.config.layers));
  }
  std::vector<ParameterSpec> specs = EncoderParameterSpecs(model.config, model.masked_lm_head);
  std::map<std::string, ParameterSpec> wanted;
  for (const ParameterSpec& spec : specs) wanted[HuggingFaceName(family, spec.name)] = spec;
  RETORT_RETURN_IF_ERROR(stored.Check(wanted));
  model.parameters = ParameterSet(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  for (const auto& [name, spec] : wanted) {
    RETORT_ASSIGN_OR_RETURN(const at::Tensor values, stored.Read(name));
    RETORT_RETURN_IF_ERROR(model.parameters.Set(spec.name, values));
  }
  if (std::filesystem::exists(folder + kVocabulary)) model.vocabulary_path = folder + kVocabulary;
  model.lower_case = LowerCase(folder);
  return model;
}

absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       absl::string_view vocabulary, c10::ScalarType dtype, bool lower_case) {
  RETORT_ASSIGN_OR_RETURN(const auto tensors, TensorsToStore(config, parameters, dtype));
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  std::map<std::string, std::string> metadata = {{"format", "pt"}};
  if (NeedsNominalTokenTypes(config)) metadata[kTokenTypes] = "0";
  RETORT_RETURN_IF_ERROR(WriteSafetensors(folder + kWeights, tensors, metadata));
  if (!vocabulary.empty()) {
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + kVocabulary, vocabulary));
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(folder + kTokenizer, TokenizerConfigText(config, lower_case)));
  }
  const bool masked_lm_head = parameters.Has("masked_lm.decoder.bias");
  return AtomicWriteFile(folder + kConfig, HuggingFaceConfigText(config, masked_lm_head, dtype));
}

}  // namespace retort
