#include "framework/model/family/family.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/model/family/bert/bert.h"
#include "framework/model/family/distilbert/distilbert.h"
#include "framework/model/family/gpt2/gpt2.h"
#include "framework/model/family/mobilebert/mobilebert.h"
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

// InvalidArgument naming the first field that a model of the family cannot have so.
absl::Status CheckFits(const ModelFamily& of_config, const EncoderConfig& config) {
  const ModelFamily& family = FamilyFor(of_config, config);
  const auto fail = [](const std::string& field, const std::string& wanted, const std::string& got) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": ", wanted, ", got ", got));
  };
  for (const LayerSpec& layer : config.layers) {
    if (!(layer == config.layers.front())) {
      return fail("layers", family.name + " wants layers that are all alike", "some that differ");
    }
    const int64_t inner = layer.attention.heads * layer.attention.head_size;
    const int64_t width = layer.inner_width(config.hidden_size);
    if (inner != width) {
      return fail("attention.head_size", absl::StrCat(family.name, " wants heads that make up the width ", width),
                  absl::StrCat(inner));
    }
  }
  if (FindHead(config, HeadKind::kClasses) != nullptr && FindHead(config, HeadKind::kScore) != nullptr) {
    return fail("head.score", family.name + " wants no head of classes beside it", "one");
  }
  EncoderConfig wanted = config;
  family.fix(&wanted);
  for (HeadSpec& head : wanted.heads) head = FitHead(family, config, head);
  const auto wanted_fields = EncoderConfigFields(wanted), got = EncoderConfigFields(config);
  for (size_t i = 0; i < got.size(); ++i) {
    if (wanted_fields[i] == got[i]) continue;
    return fail(got[i].first, absl::StrCat(family.name, " wants ", wanted_fields[i].second), got[i].second);
  }
  return absl::OkStatus();
}

bool IsCausal(const ModelFamily& family) {
  EncoderConfig config;
  config.layers.resize(1);
  family.fix(&config);
  return config.causal();
}

}  // namespace

const std::map<std::string, const ModelFamily*>& Families() {
  static const auto* const families = [] {
    auto* by_name = new std::map<std::string, const ModelFamily*>;
    for (const ModelFamily* family :
         {&BertFamily(), &DistilbertFamily(), &RobertaFamily(), &Gpt2Family(), &MobilebertFamily()}) {
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

const ModelFamily& FamilyFor(const ModelFamily& family, const EncoderConfig& config) {
  const HeadSpec* classes = FindHead(config, HeadKind::kClasses);
  const bool tells_next = classes != nullptr && classes->classes == NextSentenceClasses();
  return tells_next && family.next_sentence != nullptr ? *family.next_sentence : family;
}

std::string QuotedFamilies() {
  return absl::StrJoin(Families(), ", ",
                       [](std::string* out, const auto& family) { absl::StrAppend(out, "\"", family.first, "\""); });
}

HeadSpec FitHead(const ModelFamily& family, const EncoderConfig& config, const HeadSpec& head) {
  HeadSpec fitted = family.head(head.kind, config);
  if (head.kind == HeadKind::kVocabulary) fitted.tied = head.tied;
  if (family.dropout_options.count(head.kind) > 0) fitted.dropout = head.dropout;
  fitted.classes = head.classes;
  return fitted;
}

absl::Status CheckFamily(const EncoderConfig& config) {
  const ModelFamily* family = FindFamily(config.family);
  if (family == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("family: want one of ", QuotedFamilies(), ", got \"", config.family, "\""));
  }
  const absl::Status status = CheckFits(*family, config);
  if (status.ok()) return status;
  for (const auto& [name, other] : Families()) {
    if (!CheckFits(*other, config).ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat(status.message(), "; family ", name, " has a place for it"));
  }
  return status;
}

absl::Status CheckDirection(bool causal, const EncoderConfig& student, absl::string_view reader,
                            absl::string_view remedy) {
  if (student.causal() == causal) return absl::OkStatus();
  if (!causal) {
    return absl::InvalidArgumentError(absl::StrCat(reader, ": want a student that reads both ways, got one of family ",
                                                   student.family, ", which is causal", remedy));
  }
  std::vector<std::string> families;
  for (const auto& [name, family] : Families()) {
    if (IsCausal(*family)) families.push_back(name);
  }
  return absl::InvalidArgumentError(absl::StrCat(reader, ": want a causal student, such as one of family ",
                                                 absl::StrJoin(families, " or "), ", got one of family ",
                                                 student.family, ", which reads both ways", remedy));
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
  const HeadSpec* vocabulary = FindHead(config, HeadKind::kVocabulary);
  if (vocabulary == nullptr) return "";
  if (name == family.decoder) return vocabulary->tied ? Layout(family, {"embeddings.word"}).front().name : "";
  const bool second_bias = !family.second_bias.empty() && name == family.second_bias;
  return second_bias ? Layout(family, {"head.vocabulary.decoder.bias"}).front().name : "";
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

void FixWithoutBottlenecks(EncoderConfig* config) {
  for (LayerSpec& layer : config->layers) {
    layer.feed_forward.networks = 1;
    if (layer.bottleneck.width == 0) continue;
    layer.bottleneck = BottleneckSpec();
    if (layer.attention.heads > 0) layer.attention.head_size = config->hidden_size / layer.attention.heads;
  }
  config->embedding_size = 0;
  config->trigrams = false;
  config->norm_kind = NormKind::kLayer;
  config->outer_norm_epsilon = std::nullopt;
}

void AddLabelModules(const std::string& output, const std::string& transform, ModelFamily* family) {
  for (const std::string head : {"head.classes", "head.score"}) {
    family->others.push_back({output, {head + ".output"}});
    if (!transform.empty()) family->others.push_back({transform, {head + ".transform"}});
  }
}

bool IsIgnored(const ModelFamily& family, const std::string& name) {
  return std::any_of(family.ignored.begin(), family.ignored.end(),
                     [&](const std::string& ending) { return absl::EndsWith(name, ending); });
}

}  // namespace retort
