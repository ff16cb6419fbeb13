#include "framework/model/family/mobilebert/mobilebert.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

constexpr double kOuterNormEpsilon = 1e-5;
constexpr int64_t kWidthPerBottleneck = 4;  // Table 1: 512 / 128.
constexpr int64_t kPaperNetworks = 4;
constexpr char kElementwise[] = "no_norm";
constexpr char kLayerNorm[] = "layer_norm";

// What config.json means where it does not say.
constexpr int64_t kEmbeddingSize = 128, kBottleneckSize = 128;

// What the paper puts into a layer of this width.
void AddBottleneck(int64_t hidden_size, LayerSpec* layer) {
  layer->bottleneck.width = std::max<int64_t>(hidden_size / kWidthPerBottleneck, 1);
  layer->feed_forward.networks = kPaperNetworks;
  if (layer->attention.heads > 0) layer->attention.head_size = layer->bottleneck.width / layer->attention.heads;
}

void Fix(EncoderConfig* config) {
  FixPostNormLayers(config);
  config->outer_norm_epsilon = kOuterNormEpsilon;
  if (config->embedding_size == 0) config->trigrams = true;
  if (config->embedding_size == 0 || config->embedding_size >= config->hidden_size) {
    config->embedding_size = std::max<int64_t>(config->hidden_size / kWidthPerBottleneck, 1);
  }
  if (config->layers.front().bottleneck.width == 0) config->norm_kind = NormKind::kElementwise;
  for (LayerSpec& layer : config->layers) {
    if (layer.bottleneck.width == 0) AddBottleneck(config->hidden_size, &layer);
  }
}

HeadSpec MobilebertHead(HeadKind kind, const EncoderConfig& config) {
  switch (kind) {
    case HeadKind::kVocabulary:
      return BertVocabularyHead(config);
    case HeadKind::kSpans:
      return PlainHead(kind, Pooling::kNone);
    case HeadKind::kClasses:
    case HeadKind::kScore:
      break;
  }
  HeadSpec head = PlainHead(kind, config.pooler ? Pooling::kPooler : Pooling::kFirst);
  head.dropout = config.hidden_dropout;
  return head;
}

// The classes' head of pre-training is one layer, without dropout.
HeadSpec PretrainingHead(HeadKind kind, const EncoderConfig& config) {
  HeadSpec head = MobilebertHead(kind, config);
  if (kind != HeadKind::kClasses) return head;
  head.dropout = 0;
  head.classes = NextSentenceClasses();
  return head;
}

void ReadNorms(ConfigReader* reader, EncoderConfig* config) {
  std::string name = kElementwise;
  reader->String("normalization_type", &name);
  if (name != kElementwise && name != kLayerNorm) {
    reader->FailUnsupported("normalization_type", absl::StrCat("\"", kElementwise, "\" or \"", kLayerNorm, "\""));
  }
  config->norm_kind = name == kLayerNorm ? NormKind::kLayer : NormKind::kElementwise;
}

void ReadEmbeddings(ConfigReader* reader, EncoderConfig* config) {
  config->embedding_size = kEmbeddingSize;
  config->trigrams = true;
  reader->Integer("embedding_size", &config->embedding_size);
  reader->Boolean("trigram_input", &config->trigrams);
  if (config->embedding_size < 1 || config->embedding_size >= config->hidden_size) {
    reader->FailUnsupported("embedding_size", absl::StrCat("less than hidden_size (", config->hidden_size, ")"));
  }
}

void ReadBottleneck(ConfigReader* reader, LayerSpec* layer) {
  bool shared = true;
  layer->bottleneck.width = kBottleneckSize;
  layer->feed_forward.networks = kPaperNetworks;
  reader->Only("use_bottleneck", true);
  reader->Integer("intra_bottleneck_size", &layer->bottleneck.width);
  reader->Integer("num_feedforward_networks", &layer->feed_forward.networks);
  reader->Boolean("use_bottleneck_attention", &layer->bottleneck.feeds_attention);
  reader->Boolean("key_query_shared_bottleneck", &shared);
  if (layer->bottleneck.width < 1) reader->FailUnsupported("intra_bottleneck_size", "> 0");
  if (shared != layer->bottleneck.feeds_attention) return;
  reader->FailUnsupported("key_query_shared_bottleneck",
                          shared ? "false beside use_bottleneck_attention" : "true without use_bottleneck_attention");
}

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  LayerSpec layer;
  layer.feed_forward.activation = Activation::kRelu;
  ReadBottleneck(reader, &layer);
  config->hidden_dropout = 0;
  ReadBertOptionsOver(layer, reader, config);
  ReadEmbeddings(reader, config);
  ReadNorms(reader, config);
  config->pooler = true;  // config.json has no other word for it: without it, heads read the first position as it is.
  reader->Boolean("classifier_activation", &config->pooler);
}

void WriteConfig(const EncoderConfig& config, ConfigJson* json) {
  const LayerSpec& layer = config.layers.front();
  WriteBertOptions(config, json);
  (*json)["embedding_size"] = config.embedding_size;
  (*json)["trigram_input"] = config.trigrams;
  (*json)["use_bottleneck"] = true;
  (*json)["intra_bottleneck_size"] = layer.bottleneck.width;
  (*json)["use_bottleneck_attention"] = layer.bottleneck.feeds_attention;
  (*json)["key_query_shared_bottleneck"] = !layer.bottleneck.feeds_attention;
  (*json)["num_feedforward_networks"] = layer.feed_forward.networks;
  (*json)["normalization_type"] = config.norm_kind == NormKind::kLayer ? kLayerNorm : kElementwise;
  (*json)["classifier_activation"] = config.pooler;
}

void AddLayerModules(ModelFamily* f) {
  for (const std::string part : {"input", "attention"}) {
    f->layer.push_back({absl::StrCat("bottleneck.", part, ".dense"), {"bottleneck." + part}});
    f->layer.push_back({absl::StrCat("bottleneck.", part, ".LayerNorm"), {absl::StrCat("bottleneck.", part, ".norm")}});
  }
  f->layer.push_back({"output.bottleneck.dense", {"bottleneck.output"}});
  f->layer.push_back({"output.bottleneck.LayerNorm", {"bottleneck.output.norm"}});
  for (int64_t network = 1; network < kMostFeedForwardNetworks; ++network) {
    const std::string stored = absl::StrCat("ffn.", network - 1), canonical = absl::StrCat("feed_forward.", network);
    f->layer.push_back({stored + ".intermediate.dense", {canonical + ".up"}});
    f->layer.push_back({stored + ".output.dense", {canonical + ".down"}});
    f->layer.push_back({stored + ".output.LayerNorm", {canonical + ".norm"}});
  }
}

// All but where a head of classes or a score is stored.
ModelFamily WithoutLabels() {
  ModelFamily f;
  f.name = "mobilebert";
  f.encoder_class = "MobileBertModel";
  f.head_classes = {{HeadKind::kVocabulary, "MobileBertForMaskedLM"},
                    {HeadKind::kClasses, "MobileBertForSequenceClassification"},
                    {HeadKind::kScore, "MobileBertForSequenceClassification"},
                    {HeadKind::kSpans, "MobileBertForQuestionAnswering"}};
  f.activation = Activation::kRelu;
  f.fix = Fix;
  f.head = MobilebertHead;
  f.read_config = ReadConfig;
  f.write_config = WriteConfig;
  f.dropout_options = {{HeadKind::kClasses, "classifier_dropout"}, {HeadKind::kScore, "classifier_dropout"}};
  AddBertModules("mobilebert.", &f);
  AddLayerModules(&f);
  f.others.push_back({"mobilebert.embeddings.embedding_transformation", {"embeddings.projection"}});
  f.others.push_back({"cls.predictions.dense", {"head.vocabulary.extension"}, /*transposed=*/true});
  AddBertVocabularyModules(&f);
  f.others.push_back({"qa_outputs", {"head.spans.output"}});
  f.ignored = {"mobilebert.embeddings.position_ids"};
  f.nominal_token_types = true;
  return f;
}

const ModelFamily& Pretraining() {
  static const auto* const family = [] {
    auto* f = new ModelFamily(WithoutLabels());
    f->head = PretrainingHead;
    AddBertPretraining("MobileBert", f);
    return f;
  }();
  return *family;
}

}  // namespace

const ModelFamily& MobilebertFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily(WithoutLabels());
    AddLabelModules("classifier", /*transform=*/"", f);
    f->next_sentence = &Pretraining();
    return f;
  }();
  return *family;
}

}  // namespace retort
