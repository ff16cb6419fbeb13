#include "framework/model/family/distilbert/distilbert.h"

#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

constexpr double kLayerNormEpsilon = 1e-12;

// What config.json means where it does not say.
constexpr double kLabelDropout = 0.2;
constexpr double kSpansDropout = 0.1;

void Fix(EncoderConfig* config) {
  FixBertLayers(config);
  config->token_types = 0;
  config->pooler = false;
  config->layer_norm_epsilon = kLayerNormEpsilon;
}

HeadSpec DistilbertHead(HeadKind kind, const EncoderConfig& config) {
  switch (kind) {
    case HeadKind::kVocabulary:
      return BertVocabularyHead(config);
    case HeadKind::kSpans: {
      HeadSpec head = PlainHead(kind, Pooling::kNone);
      head.dropout = kSpansDropout;
      return head;
    }
    case HeadKind::kClasses:
    case HeadKind::kScore:
      break;
  }
  HeadSpec head = PlainHead(kind, Pooling::kFirst);
  head.transform = true;
  head.activation = Activation::kRelu;
  head.dropout = kLabelDropout;
  return head;
}

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  int64_t layers = 0;
  LayerSpec layer;
  reader->Integer("max_position_embeddings", &config->max_positions);
  reader->Integer("dim", &config->hidden_size, true);
  reader->Integer("n_layers", &layers, true);
  reader->Integer("n_heads", &layer.attention.heads, true);
  reader->Integer("hidden_dim", &layer.feed_forward.width, true);
  reader->Real("dropout", &config->hidden_dropout);
  reader->Real("attention_dropout", &config->attention_dropout);
  reader->ReadActivation("activation", &layer.feed_forward.activation);
  reader->Only("tie_weights_", true);
  reader->Update(SetLayers(layers, layer, config));
}

void WriteConfig(const EncoderConfig& config, ConfigJson* json) {
  const LayerSpec& layer = config.layers.front();
  (*json)["max_position_embeddings"] = config.max_positions;
  (*json)["dim"] = config.hidden_size;
  (*json)["n_layers"] = config.depth();
  (*json)["n_heads"] = layer.attention.heads;
  (*json)["hidden_dim"] = layer.feed_forward.width;
  (*json)["dropout"] = config.hidden_dropout;
  (*json)["attention_dropout"] = config.attention_dropout;
  (*json)["activation"] = ActivationOption(layer.feed_forward.activation);
  (*json)["sinusoidal_pos_embds"] = false;
}

}  // namespace

const ModelFamily& DistilbertFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "distilbert";
    f->encoder_class = "DistilBertModel";
    f->head_classes = {{HeadKind::kVocabulary, "DistilBertForMaskedLM"},
                       {HeadKind::kClasses, "DistilBertForSequenceClassification"},
                       {HeadKind::kScore, "DistilBertForSequenceClassification"},
                       {HeadKind::kSpans, "DistilBertForQuestionAnswering"}};
    f->student.token_types = f->student.pooler = false;
    f->student_families = {"distilbert", "bert"};
    f->fix = Fix;
    f->head = DistilbertHead;
    f->read_config = ReadConfig;
    f->write_config = WriteConfig;
    f->dropout_options = {{HeadKind::kClasses, "seq_classif_dropout"},
                          {HeadKind::kScore, "seq_classif_dropout"},
                          {HeadKind::kSpans, "qa_dropout"}};
    f->prefix = "distilbert.";
    f->bare = {"embeddings.", "transformer."};
    f->layers = "distilbert.transformer.layer.";
    f->layer = {
        {"attention.q_lin", {"attention.query"}}, {"attention.k_lin", {"attention.key"}},
        {"attention.v_lin", {"attention.value"}}, {"attention.out_lin", {"attention.output"}},
        {"sa_layer_norm", {"attention.norm"}},    {"ffn.lin1", {"feed_forward.up"}},
        {"ffn.lin2", {"feed_forward.down"}},      {"output_layer_norm", {"feed_forward.norm"}},
    };
    f->others = {
        {"distilbert.embeddings.word_embeddings", {"embeddings.word"}},
        {"distilbert.embeddings.position_embeddings", {"embeddings.position"}},
        {"distilbert.embeddings.LayerNorm", {"embeddings.norm"}},
        {"vocab_transform", {"head.vocabulary.transform"}},
        {"vocab_layer_norm", {"head.vocabulary.norm"}},
        {"vocab_projector", {"head.vocabulary.decoder"}},
        {"qa_outputs", {"head.spans.output"}},
    };
    AddLabelModules("classifier", "pre_classifier", f);
    f->decoder = "vocab_projector.weight";
    f->ignored = {"distilbert.embeddings.position_ids"};
    return f;
  }();
  return *family;
}

}  // namespace retort
