#include "framework/model/files/hugging_face.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/chunk.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face_config.h"
#include "framework/model/files/unread/unread_model.h"
#include "framework/model/files/weight_files.h"
#include "framework/model/head.h"
#include "framework/text/files/load_tokenizer.h"

namespace retort {
namespace {

constexpr char kConfig[] = "/config.json";

// In the weights' metadata: "0" where the token types are only there since transformers wants some.
constexpr char kTokenTypes[] = "token_types";

// The text of the folder's config.json.
absl::StatusOr<std::string> ReadConfig(const std::string& folder) {
  absl::StatusOr<std::string> text = ReadFile(folder + kConfig);
  if (absl::IsNotFound(text.status()) || absl::IsFailedPrecondition(text.status())) {
    return ExplainNoConfig(folder, text.status());
  }
  return text;
}

// The tensors of a folder by normalised name.
class StoredTensors {
 public:
  static absl::StatusOr<StoredTensors> Index(const WeightFiles& files, const ModelFamily& family,
                                             const EncoderConfig& config) {
    StoredTensors tensors(files, family);
    std::map<std::string, std::string> copies;
    for (const auto& [stored, entry] : files.entries()) {
      const std::string name = NormalizeStoredName(family, stored);
      if (IsIgnored(family, name)) continue;
      auto& names = CopyOf(family, config, name).empty() ? tensors.names_ : copies;
      if (!names.emplace(name, stored).second) {
        return tensors.Invalid(stored, absl::StrCat("want one name for a parameter, got \"", names[name], "\" too"));
      }
    }
    for (const auto& [name, stored] : copies) {
      const std::string original = CopyOf(family, config, name);
      if (name == family.second_bias && !FindHead(config, HeadKind::kVocabulary)->tied) {
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
  // Whether all of the layout are there as they should be.
  bool HasAll(const std::vector<StoredTensor>& layout, const std::map<std::string, ParameterSpec>& parameters) const {
    return std::all_of(layout.begin(), layout.end(), [&](const StoredTensor& tensor) {
      return HasAny({tensor.name}) && Find(names_.at(tensor.name)).tensor.shape == StoredShape(tensor, parameters);
    });
  }
  void Forget(const std::vector<std::string>& names) {
    for (const std::string& name : names) names_.erase(name);
  }

  // Checks that the tensors of the layout are there, their types and shapes, and that there are no others of the
  // encoder.
  absl::Status Check(const std::vector<StoredTensor>& layout,
                     const std::map<std::string, ParameterSpec>& parameters) const {
    std::set<std::string> wanted;
    for (const StoredTensor& tensor : layout) {
      wanted.insert(tensor.name);
      if (!HasAny({tensor.name})) return Fail(absl::StrCat("want a tensor \"", tensor.name, "\", got none"));
      const std::string& stored = names_.at(tensor.name);
      const SafetensorsEntry& entry = Find(stored).tensor;
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
      if (wanted.count(name) > 0 || !absl::StartsWith(name, prefix_)) continue;
      return Invalid(stored, "belongs to no parameter of this model");
    }
    return absl::OkStatus();
  }

  // The modules of tensors that the layout lacks, each once.
  std::vector<std::string> Others(const std::vector<StoredTensor>& layout) const {
    std::set<std::string> wanted, others;
    for (const StoredTensor& tensor : layout) wanted.insert(tensor.name);
    for (const auto& [name, stored] : names_) {
      if (wanted.count(name) == 0) others.insert(name.substr(0, name.rfind('.')));
    }
    return {others.begin(), others.end()};
  }

  c10::ScalarType Dtype(const StoredTensor& tensor) const { return Find(names_.at(tensor.name)).tensor.dtype; }

  // The parameters that the tensor holds, as float32, finite.
  absl::StatusOr<std::vector<at::Tensor>> Read(const StoredTensor& tensor) const {
    const std::string& stored = names_.at(tensor.name);
    RETORT_ASSIGN_OR_RETURN(at::Tensor values, Find(stored).file->Read(stored));
    values = values.to(at::kFloat);
    if (!values.isfinite().all().item<bool>()) {
      return absl::DataLossError(
          absl::StrCat(Find(stored).file->path(), ": tensor \"", stored, "\" holds NaN or infinity"));
    }
    if (tensor.transposed) values = values.t();
    return values.chunk(static_cast<int64_t>(tensor.parts.size()), 0);
  }

 private:
  StoredTensors(const WeightFiles& files, const ModelFamily& family) : files_(&files), prefix_(family.prefix) {}

  const WeightFiles::Entry& Find(const std::string& stored) const { return files_->entries().at(stored); }

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
    const WeightFiles::Entry& a = Find(found->second);
    const WeightFiles::Entry& b = Find(stored);
    if (a.tensor.dtype == b.tensor.dtype && a.tensor.shape == b.tensor.shape) {
      RETORT_ASSIGN_OR_RETURN(const std::string first, a.file->ReadBytes(found->second));
      RETORT_ASSIGN_OR_RETURN(const std::string second, b.file->ReadBytes(stored));
      if (first == second) return absl::OkStatus();
    }
    return Invalid(stored, absl::StrCat("want a copy of \"", found->second, "\", to which it is tied, got another"));
  }

  absl::Status Fail(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat(files_->path(), ": ", what));
  }
  absl::Status Invalid(const std::string& stored, const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat(Find(stored).file->path(), ": tensor \"", stored, "\": ", what));
  }

  const WeightFiles* files_;
  std::string prefix_;                        // Of the encoder's names.
  std::map<std::string, std::string> names_;  // Normalised to stored.
};

bool HasOnlyNominalTokenTypes(const WeightFiles& files) {
  const auto found = files.metadata().find(kTokenTypes);
  return found != files.metadata().end() && found->second == "0";
}

std::vector<std::string> Names(const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  return names;
}

std::map<std::string, ParameterSpec> ByName(const std::vector<ParameterSpec>& specs) {
  std::map<std::string, ParameterSpec> by_name;
  for (const ParameterSpec& spec : specs) by_name[spec.name] = spec;
  return by_name;
}

// A head without parameters of its own is always there. Of one that config.json names, what is missing is an error; one
// that it does not speak of has to be whole.
bool StoresHead(const StoredTensors& stored, const ModelFamily& family, const EncoderConfig& config, HeadKind kind,
                bool named) {
  const Head head(config, kind);
  if (head.spec().pooling == Pooling::kPooler && !config.pooler) return false;
  const std::vector<ParameterSpec> specs = head.parameters();
  if (specs.empty()) return true;
  if (!named) return stored.HasAll(Layout(family, Names(specs)), ByName(specs));
  return stored.HasAny(StoredNamesOf(family, absl::StrCat("head.", HeadKindName(kind), ".")));
}

void KeepStoredHeads(const StoredTensors& stored, const ModelFamily& family, bool named, EncoderConfig* config) {
  std::vector<HeadSpec> heads;
  for (const HeadSpec& head : config->heads) {
    if (StoresHead(stored, family, *config, head.kind, named)) heads.push_back(head);
  }
  config->heads = std::move(heads);
}

bool NeedsNominalTokenTypes(const ModelFamily& family, const EncoderConfig& config) {
  return family.nominal_token_types && config.token_types == 0;
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
  const HeadSpec* vocabulary = FindHead(config, HeadKind::kVocabulary);
  if (vocabulary != nullptr && !vocabulary->tied && !family.second_bias.empty()) {
    tensors.emplace_back(family.second_bias,
                         parameters.Get("head.vocabulary.decoder.bias").detach().to(at::kCPU, dtype));
  }
  if (NeedsNominalTokenTypes(family, config)) {
    tensors.emplace_back(Layout(family, {"embeddings.token_type"}).front().name,
                         at::zeros({1, config.hidden_size}, dtype));
  }
  return tensors;
}

}  // namespace

absl::Status CheckModelFolder(const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadConfig(folder));
  RETORT_RETURN_IF_ERROR(ParseHuggingFaceConfig(text, folder + kConfig).status());
  return WeightFiles::Open(folder).status();
}

absl::StatusOr<LoadedModel> LoadModel(const std::string& folder) {
  LoadedModel model;
  RETORT_ASSIGN_OR_RETURN(const std::string text, ReadConfig(folder));
  RETORT_ASSIGN_OR_RETURN(HuggingFaceConfig read, ParseHuggingFaceConfig(text, folder + kConfig));
  model.config = std::move(read.encoder);
  model.architectures = std::move(read.architectures);
  EncoderConfig& config = model.config;
  const ModelFamily& family = FamilyFor(*FindFamily(config.family), config);
  RETORT_ASSIGN_OR_RETURN(const WeightFiles files, WeightFiles::Open(folder));
  RETORT_ASSIGN_OR_RETURN(StoredTensors stored, StoredTensors::Index(files, family, config));
  if (family.nominal_token_types && HasOnlyNominalTokenTypes(files)) {
    config.token_types = 0;
    stored.Forget(StoredNamesOf(family, "embeddings.token_type"));
  }
  config.pooler = stored.HasAny(StoredNamesOf(family, "pooler"));
  KeepStoredHeads(stored, family, /*named=*/!model.architectures.empty(), &config);
  if (const absl::Status status = config.Validate(); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(folder, kConfig, ": ", status.message()));
  }
  std::vector<ParameterSpec> specs = EncoderParameterSpecs(config);
  const std::vector<StoredTensor> layout = Layout(family, Names(specs));
  RETORT_RETURN_IF_ERROR(stored.Check(layout, ByName(specs)));
  model.left_aside = stored.Others(layout);
  model.parameters = ParameterSet(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  for (const StoredTensor& tensor : layout) {
    RETORT_ASSIGN_OR_RETURN(const std::vector<at::Tensor> parts, stored.Read(tensor));
    for (size_t i = 0; i < parts.size(); ++i) {
      RETORT_RETURN_IF_ERROR(model.parameters.Set(tensor.parts[i], parts[i]));
    }
  }
  const c10::ScalarType dtype = stored.Dtype(Layout(family, {"embeddings.word"}).front());
  model.stored_dtype = dtype == at::kDouble ? at::kFloat : dtype;
  model.tokenizer_path = FindTokenizerFile(folder).value_or("");
  return model;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizerOf(const EncoderConfig& config, const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer, LoadTokenizer(folder));
  if (tokenizer->vocabulary_size() <= config.vocabulary_size) return tokenizer;
  return absl::InvalidArgumentError(absl::StrCat(folder, ": the tokenizer: want at most the ", config.vocabulary_size,
                                                 " pieces that the model has embeddings for, got ",
                                                 tokenizer->vocabulary_size()));
}

absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       const TokenizerFiles& tokenizer, const SaveOptions& options) {
  RETORT_RETURN_IF_ERROR(CheckFamily(config));
  const ModelFamily& family = FamilyFor(*FindFamily(config.family), config);
  // All that can be wrong with what is to be written is found before anything of the folder is touched.
  RETORT_ASSIGN_OR_RETURN(const NamedTensors tensors, TensorsToStore(family, config, parameters, options.dtype));
  TokenizerFiles files = tokenizer;
  if (!options.tokenizer_as_it_is) {
    RETORT_ASSIGN_OR_RETURN(files, CompleteTokenizerFiles(std::move(files), config.longest_sequence(), folder));
  }
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  std::map<std::string, std::string> metadata = {{"format", "pt"}};
  if (NeedsNominalTokenTypes(family, config)) metadata[kTokenTypes] = "0";
  RETORT_RETURN_IF_ERROR(WriteWeightFiles(folder, tensors, metadata, options.max_file_bytes));
  RETORT_RETURN_IF_ERROR(PutTokenizerFiles(folder, files));
  return AtomicWriteFile(folder + kConfig, HuggingFaceConfigText(config, options.dtype));
}

}  // namespace retort
