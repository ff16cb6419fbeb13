#include "framework/model/hugging_face.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/chunk.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/hugging_face_config.h"
#include "framework/model/safetensors.h"
#include "framework/text/load_tokenizer.h"

namespace retort {
namespace {

constexpr char kConfig[] = "/config.json";
constexpr char kWeights[] = "/model.safetensors";
constexpr char kPickle[] = "/pytorch_model.bin";
constexpr char kShards[] = "/model.safetensors.index.json";

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
  static absl::StatusOr<StoredTensors> Index(const SafetensorsFile& file, const ModelFamily& family,
                                             const EncoderConfig& config) {
    StoredTensors tensors(file);
    std::map<std::string, std::string> copies;
    for (const auto& [stored, entry] : file.entries()) {
      const std::string name = NormalizeStoredName(family, stored);
      if (IsIgnored(family, name)) continue;
      auto& names = CopyOf(family, config, name).empty() ? tensors.names_ : copies;
      if (!names.emplace(name, stored).second) {
        return tensors.Invalid(stored, absl::StrCat("want one name for a parameter, got \"", names[name], "\" too"));
      }
    }
    for (const auto& [name, stored] : copies) {
      const std::string original = CopyOf(family, config, name);
      if (!config.tied_decoder && name == family.second_bias) {
        tensors.names_[original] = stored;
      } else {
        RETORT_RETURN_IF_ERROR(tensors.AddCopy(original, stored));
      }
    }
    return tensors;
  }

  bool HasAny(const std::vector<std::string>& names) const {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return names_.count(name) > 0; });
  }
  void Forget(const std::vector<std::string>& names) {
    for (const std::string& name : names) names_.erase(name);
  }

  // Checks that the tensors of the layout are all there is, and their types and shapes.
  absl::Status Check(const std::vector<StoredTensor>& layout,
                     const std::map<std::string, ParameterSpec>& parameters) const {
    std::set<std::string> wanted;
    for (const StoredTensor& tensor : layout) {
      wanted.insert(tensor.name);
      if (!HasAny({tensor.name})) return Fail(absl::StrCat("want a tensor \"", tensor.name, "\", got none"));
      const std::string& stored = names_.at(tensor.name);
      const SafetensorsEntry& entry = file_->entries().at(stored);
      if (!at::isFloatingType(entry.dtype)) {
        return Invalid(stored, absl::StrCat("want floats, got ", SafetensorsTypeName(entry.dtype)));
      }
      const std::vector<int64_t> shape = StoredShape(tensor, parameters);
      if (entry.shape != shape) {
        return Invalid(stored, absl::StrCat("want shape [", absl::StrJoin(shape, ", "), "], got [",
                                            absl::StrJoin(entry.shape, ", "), "]"));
      }
    }
    for (const auto& [name, stored] : names_) {
      if (wanted.count(name) == 0) return Invalid(stored, "belongs to no parameter of this model");
    }
    return absl::OkStatus();
  }

  // The parameters that the tensor holds, as float32, finite.
  absl::StatusOr<std::vector<at::Tensor>> Read(const StoredTensor& tensor) const {
    const std::string& stored = names_.at(tensor.name);
    RETORT_ASSIGN_OR_RETURN(at::Tensor values, file_->Read(stored));
    values = values.to(at::kFloat);
    if (!values.isfinite().all().item<bool>()) {
      return absl::DataLossError(absl::StrCat(file_->path(), ": tensor \"", stored, "\" holds NaN or infinity"));
    }
    if (tensor.transposed) values = values.t();
    return values.chunk(static_cast<int64_t>(tensor.parts.size()), 0);
  }

 private:
  explicit StoredTensors(const SafetensorsFile& file) : file_(&file) {}

  static std::vector<int64_t> StoredShape(const StoredTensor& tensor,
                                          const std::map<std::string, ParameterSpec>& parameters) {
    std::vector<int64_t> shape = parameters.at(tensor.parts.front()).shape;
    shape.front() *= static_cast<int64_t>(tensor.parts.size());
    if (tensor.transposed) std::reverse(shape.begin(), shape.end());
    return shape;
  }

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

// A head without parameters of its own is always there.
bool StoresHead(const StoredTensors& stored, const ModelFamily& family, EncoderConfig config) {
  config.language_model_head = true;
  const size_t with_head = EncoderParameterSpecs(config).size();
  config.language_model_head = false;
  return stored.HasAny(StoredNamesOf(family, "masked_lm.")) || EncoderParameterSpecs(config).size() == with_head;
}

bool NeedsNominalTokenTypes(const ModelFamily& family, const EncoderConfig& config) {
  return family.nominal_token_types && config.token_types == 0;
}

std::vector<std::string> Names(const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  return names;
}

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// The parameters under the names, in the layout and in the type they are stored in.
absl::StatusOr<NamedTensors> TensorsToStore(const ModelFamily& family, const EncoderConfig& config,
                                            const ParameterSet& parameters, c10::ScalarType dtype) {
  NamedTensors tensors;
  for (const StoredTensor& stored : Layout(family, Names(EncoderParameterSpecs(config)))) {
    std::vector<at::Tensor> parts;
    for (const std::string& part : stored.parts) {
      parts.push_back(parameters.Get(part).detach().to(at::kCPU, dtype));
      if (!parts.back().isfinite().all().item<bool>()) {
        return absl::InvalidArgumentError(absl::StrCat(part, ": want values that are finite in ",
                                                       SafetensorsTypeName(dtype), ", got NaN or infinity"));
      }
    }
    const at::Tensor whole = parts.size() == 1 ? parts.front() : at::cat(parts);
    tensors.emplace_back(stored.name, (stored.transposed ? whole.t() : whole).contiguous());
  }
  if (config.language_model_head && !config.tied_decoder && !family.second_bias.empty()) {
    tensors.emplace_back(family.second_bias, parameters.Get("masked_lm.decoder.bias").detach().to(at::kCPU, dtype));
  }
  if (NeedsNominalTokenTypes(family, config)) {
    tensors.emplace_back(Layout(family, {"embeddings.token_type"}).front().name,
                         at::zeros({1, config.hidden_size}, dtype));
  }
  return tensors;
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const std::string& folder) {
  LoadedModel model;
  RETORT_ASSIGN_OR_RETURN(model.config, LoadConfig(folder));
  EncoderConfig& config = model.config;
  const ModelFamily& family = *FindFamily(config.family);
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<SafetensorsFile> file, OpenWeights(folder));
  RETORT_ASSIGN_OR_RETURN(StoredTensors stored, StoredTensors::Index(*file, family, config));
  if (family.nominal_token_types && HasOnlyNominalTokenTypes(*file)) {
    config.token_types = 0;
    stored.Forget(StoredNamesOf(family, "embeddings.token_type"));
  }
  config.pooler = stored.HasAny(StoredNamesOf(family, "pooler"));
  config.language_model_head = StoresHead(stored, family, config);
  const int64_t tensors = static_cast<int64_t>(file->entries().size());
  if (config.layers > tensors) {
    return absl::InvalidArgumentError(absl::StrCat(folder, kConfig, ": layers: want no more than the ", tensors,
                                                   " tensors of ", file->path(), ", got ", config.layers));
  }
  std::vector<ParameterSpec> specs = EncoderParameterSpecs(config);
  const std::vector<StoredTensor> layout = Layout(family, Names(specs));
  std::map<std::string, ParameterSpec> by_name;
  for (const ParameterSpec& spec : specs) by_name[spec.name] = spec;
  RETORT_RETURN_IF_ERROR(stored.Check(layout, by_name));
  model.parameters = ParameterSet(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  for (const StoredTensor& tensor : layout) {
    RETORT_ASSIGN_OR_RETURN(const std::vector<at::Tensor> parts, stored.Read(tensor));
    for (size_t i = 0; i < parts.size(); ++i) {
      RETORT_RETURN_IF_ERROR(model.parameters.Set(tensor.parts[i], parts[i]));
    }
  }
  model.tokenizer_path = FindTokenizerFile(folder).value_or("");
  return model;
}

absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       const TokenizerFiles& tokenizer, c10::ScalarType dtype) {
  RETORT_RETURN_IF_ERROR(CheckFamily(config));
  const ModelFamily& family = *FindFamily(config.family);
  RETORT_ASSIGN_OR_RETURN(const NamedTensors tensors, TensorsToStore(family, config, parameters, dtype));
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  std::map<std::string, std::string> metadata = {{"format", "pt"}};
  if (NeedsNominalTokenTypes(family, config)) metadata[kTokenTypes] = "0";
  RETORT_RETURN_IF_ERROR(WriteSafetensors(folder + kWeights, tensors, metadata));
  RETORT_RETURN_IF_ERROR(WriteTokenizerFiles(folder, tokenizer, config.longest_sequence()));
  return AtomicWriteFile(folder + kConfig, HuggingFaceConfigText(config, dtype));
}

}  // namespace retort
