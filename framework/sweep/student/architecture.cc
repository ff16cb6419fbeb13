#include "framework/sweep/student/architecture.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/model/family/family.h"

namespace retort {
namespace {

constexpr int64_t kIntermediatePerWidth = 4;  // Vaswani et al. 2017, table 3.
constexpr int64_t kTokenTypes = 2;            // Sentence A and sentence B.

absl::Status OverrideSizes(const Architecture& architecture, EncoderConfig* config) {
  LayerSpec layer = config->layers.empty() ? LayerSpec() : config->layers.front();
  if (architecture.has_hidden_size() && architecture.hidden_size() != config->hidden_size) {
    config->hidden_size = architecture.hidden_size();
    layer.feed_forward.width = kIntermediatePerWidth * config->hidden_size;
  }
  if (architecture.has_heads()) layer.attention.heads = architecture.heads();
  if (architecture.has_intermediate_size()) layer.feed_forward.width = architecture.intermediate_size();
  if (architecture.has_max_positions()) config->max_positions = architecture.max_positions();
  return SetLayers(architecture.has_layers() ? architecture.layers() : config->depth(), layer, config);
}

// What a model of the family has where there is no teacher to take after.
void SetUp(const ModelFamily& family, EncoderConfig* config) {
  for (LayerSpec& layer : config->layers) layer.feed_forward.activation = family.activation;
  family.fix(config);
  config->heads = {family.head(HeadKind::kVocabulary, *config)};
}

Activation ActivationOf(Architecture::FeedForwardActivation activation) {
  switch (activation) {
    case Architecture::GELU_TANH:
      return Activation::kGeluTanh;
    case Architecture::RELU:
      return Activation::kRelu;
    case Architecture::TANH:
      return Activation::kTanh;
    default:
      return Activation::kGelu;
  }
}

// What is within a layer, and before the first one.
absl::Status OverrideLayers(const Architecture& architecture, EncoderConfig* config) {
  LayerSpec layer = config->layers.front();
  if (architecture.has_bottleneck_size()) layer.bottleneck.width = architecture.bottleneck_size();
  if (architecture.has_feed_forward_networks()) layer.feed_forward.networks = architecture.feed_forward_networks();
  if (architecture.has_activation()) layer.feed_forward.activation = ActivationOf(architecture.activation());
  if (architecture.has_embedding_size()) config->embedding_size = architecture.embedding_size();
  if (architecture.has_normalization()) {
    const bool elementwise = architecture.normalization() == Architecture::ELEMENTWISE;
    config->norm_kind = elementwise ? NormKind::kElementwise : NormKind::kLayer;
  }
  return SetLayers(config->depth(), layer, config);
}

void OverrideHead(bool wanted, EncoderConfig* config) {
  const auto is_vocabulary = [](const HeadSpec& head) { return head.kind == HeadKind::kVocabulary; };
  auto& heads = config->heads;
  if (!wanted) heads.erase(std::remove_if(heads.begin(), heads.end(), is_vocabulary), heads.end());
  if (wanted && FindHead(*config, HeadKind::kVocabulary) == nullptr) heads.insert(heads.begin(), HeadSpec());
}

void OverrideRest(const Architecture& architecture, EncoderConfig* config) {
  if (architecture.has_token_types() && architecture.token_types() != (config->token_types > 0)) {
    config->token_types = architecture.token_types() ? kTokenTypes : 0;
  }
  if (architecture.has_pooler()) config->pooler = architecture.pooler();
  if (architecture.has_language_model_head()) OverrideHead(architecture.language_model_head(), config);
  if (architecture.has_hidden_dropout()) config->hidden_dropout = architecture.hidden_dropout();
  if (architecture.has_attention_dropout()) config->attention_dropout = architecture.attention_dropout();
  if (architecture.has_layer_norm_epsilon()) config->layer_norm_epsilon = architecture.layer_norm_epsilon();
  if (architecture.has_initializer_range()) config->initializer_range = architecture.initializer_range();
}

void FitHeads(EncoderConfig* config) {
  const ModelFamily* family = FindFamily(config->family);
  if (family == nullptr) return;
  const ModelFamily& of_heads = FamilyFor(*family, *config);
  for (HeadSpec& head : config->heads) head = FitHead(of_heads, *config, head);
}

// The first of those that the teacher's family names whose files can hold the student; the teacher's if none can.
std::string FamilyOf(const EncoderConfig& config) {
  for (const std::string& family : FindFamily(config.family)->student_families) {
    EncoderConfig fitted = config;
    fitted.family = family;
    FitHeads(&fitted);
    if (CheckFamily(fitted).ok()) return family;
  }
  return config.family;
}

}  // namespace

absl::StatusOr<EncoderConfig> ResolveArchitecture(const Architecture& architecture, int64_t vocabulary_size,
                                                  int64_t pad_token_id, const EncoderConfig* teacher) {
  EncoderConfig config = teacher == nullptr ? EncoderConfig() : *teacher;
  if (config.vocabulary_size != vocabulary_size) config.bos_token_id = config.eos_token_id = std::nullopt;
  config.vocabulary_size = vocabulary_size;
  config.pad_token_id = pad_token_id;
  const ModelFamily* family = FindFamily(architecture.family());
  absl::Status status = OverrideSizes(architecture, &config);
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("student.architecture.", status.message()));
  if (teacher == nullptr) SetUp(family == nullptr ? *FindFamily(config.family) : *family, &config);
  if (teacher != nullptr && family != nullptr && family->name != teacher->family) {
    family->fix(&config);
    config.layer_norm_epsilon = teacher->layer_norm_epsilon;  // A number of the teacher's, which the family may lack.
  }
  status = OverrideLayers(architecture, &config);
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("student.architecture.", status.message()));
  OverrideRest(architecture, &config);
  config.family = architecture.has_family() ? architecture.family() : FamilyOf(config);
  FitHeads(&config);
  status = config.Validate();
  status.Update(CheckFamily(config));
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("student.architecture.", status.message()));
  return config;
}

}  // namespace retort
