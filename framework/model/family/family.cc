#include "framework/model/family/family.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/model/family/bert/bert.h"
#include "framework/model/family/distilbert/distilbert.h"
#include "framework/model/family/gpt2/gpt2.h"
#include "framework/model/family/roberta/roberta.h"
#include "glog/logging.h"

namespace retort {
namespace {

// The endings of a module's tensors, canonical to stored.
const std::vector<std::pair<std::string, std::string>>& Leaves() {
  static const auto* const leaves = new std::vector<std::pair<std::string, std::string>>{
      {".weight", ".weight"}, {".bias", ".bias"}, {".scale", ".weight"}, {".shift", ".bias"}, {"", ".weight"}};
  return *leaves;
}

// Adds the tensors of a module that the parameters `left` have, and takes these out of `left`.
void AddModule(const ModuleName& module, const std::string& stored_prefix, const std::string& canonical_prefix,
               std::set<std::string>* left, std::vector<StoredTensor>* layout) {
  for (const auto& [canonical_leaf, stored_leaf] : Leaves()) {
    StoredTensor tensor{absl::StrCat(stored_prefix, module.stored, stored_leaf), {}, false};
    tensor.transposed = module.transposed && canonical_leaf == ".weight";
    for (const std::string& part : module.parts) {
      tensor.parts.push_back(absl::StrCat(canonical_prefix, part, canonical_leaf));
    }
    if (left->count(tensor.parts.front()) == 0) continue;
    for (const std::string& part : tensor.parts) CHECK_EQ(left->erase(part), 1u) << part;
    layout->push_back(std::move(tensor));
  }
}

// The number of layers that the parameters are of.
int Layers(const std::vector<std::string>& canonical) {
  int layers = 0;
  for (const std::string& name : canonical) {
    if (!absl::StartsWith(name, "layer.")) continue;
    const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits('.', 2));
    layers = std::max(layers, std::stoi(parts[1]));
  }
  return layers;
}

}  // namespace

const std::map<std::string, const ModelFamily*>& Families() {
  static const auto* const families = [] {
    auto* by_name = new std::map<std::string, const ModelFamily*>;
    for (const ModelFamily* family : {&BertFamily(), &DistilbertFamily(), &RobertaFamily(), &Gpt2Family()}) {
      by_name->emplace(family->name, family);
    }
    return by_name;
  }();
  return *families;
}

const ModelFamily* FindFamily(const std::string& name) {
  const auto found = Families().find(name);
  return found == Families().end() ? nullptr : found->second;
}

std::string QuotedFamilies() {
  return absl::StrJoin(Families(), ", ",
                       [](std::string* out, const auto& family) { absl::StrAppend(out, "\"", family.first, "\""); });
}

absl::Status CheckFamily(const EncoderConfig& config) {
  const ModelFamily* family = FindFamily(config.family);
  if (family != nullptr) return family->check(config);
  return absl::InvalidArgumentError(
      absl::StrCat("family: want one of ", QuotedFamilies(), ", got \"", config.family, "\""));
}

std::vector<StoredTensor> Layout(const ModelFamily& family, const std::vector<std::string>& canonical) {
  std::set<std::string> left(canonical.begin(), canonical.end());
  std::vector<StoredTensor> layout;
  for (const auto& [parameter, stored] : family.single) {
    if (left.erase(parameter) > 0) layout.push_back({stored, {parameter}, false});
  }
  for (const ModuleName& module : family.others) AddModule(module, "", "", &left, &layout);
  for (int l = 1; l <= Layers(canonical); ++l) {
    for (const ModuleName& module : family.layer) {
      AddModule(module, absl::StrCat(family.layers, l - 1, "."), absl::StrCat("layer.", l, "."), &left, &layout);
    }
  }
  CHECK(left.empty()) << family.name << " has no place for " << *left.begin();
  return layout;
}

std::string NormalizeStoredName(const ModelFamily& family, const std::string& stored) {
  std::string name = stored;
  if (absl::EndsWith(name, ".gamma")) name = absl::StrCat(absl::StripSuffix(name, "gamma"), "weight");
  if (absl::EndsWith(name, ".beta")) name = absl::StrCat(absl::StripSuffix(name, "beta"), "bias");
  for (const std::string& bare : family.bare) {
    if (absl::StartsWith(name, bare)) return absl::StrCat(family.prefix, name);
  }
  return name;
}

std::string CopyOf(const ModelFamily& family, const EncoderConfig& config, const std::string& name) {
  if (name == family.decoder) return config.tied_decoder ? Layout(family, {"embeddings.word"}).front().name : "";
  const bool second_bias = !family.second_bias.empty() && name == family.second_bias;
  return second_bias ? Layout(family, {"masked_lm.decoder.bias"}).front().name : "";
}

std::vector<std::string> StoredNamesOf(const ModelFamily& family, const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& [canonical, stored] : family.single) {
    if (absl::StartsWith(canonical, prefix)) names.push_back(stored);
  }
  for (const ModuleName& module : family.others) {
    if (!absl::StartsWith(module.parts.front(), prefix)) continue;
    names.push_back(module.stored + ".weight");
    names.push_back(module.stored + ".bias");
  }
  return names;
}

absl::Status WantField(const char* field, const std::string& family, const nlohmann::json& wanted,
                       const nlohmann::json& got) {
  if (got == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", family, " wants ", wanted.dump(), ", got ", got.dump()));
}

absl::Status WantHeadActivation(const EncoderConfig& config, Activation wanted) {
  return WantField("head_activation", config.family, ActivationOption(wanted),
                   ActivationOption(config.head_activation));
}

bool IsIgnored(const ModelFamily& family, const std::string& name) {
  return std::any_of(family.ignored.begin(), family.ignored.end(),
                     [&](const std::string& ending) { return absl::EndsWith(name, ending); });
}

}  // namespace retort
