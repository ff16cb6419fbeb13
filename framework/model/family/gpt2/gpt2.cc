#include "framework/model/family/gpt2/gpt2.h"

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr Activation kActivation = Activation::kGeluTanh;  // Where config.json does not say.
constexpr int64_t kWidthsOfFeedForward = 4;                // Where n_inner does not say.

void Fix(EncoderConfig* config) {
  FixWithoutBottlenecks(config);
  for (LayerSpec& layer : config->layers) {
    layer.norm = NormPlacement::kPre;
    layer.attention.causal = layer.attention.bias = layer.feed_forward.bias = true;
    layer.feed_forward.gated = false;
  }
  config->embedding_norm = config->pooler = false;
  config->final_norm = true;
  config->token_types = config->position_offset = 0;
}

HeadSpec Gpt2Head(HeadKind kind, const EncoderConfig&) {
  switch (kind) {
    case HeadKind::kSpans:
      return PlainHead(kind, Pooling::kNone);
    case HeadKind::kVocabulary: {
      HeadSpec head = PlainHead(kind, Pooling::kNone);
      head.bias = false;
      head.tied = true;
      return head;
    }
    case HeadKind::kClasses:
    case HeadKind::kScore:
      break;
  }
  HeadSpec head = PlainHead(kind, Pooling::kLast);
  head.bias = false;
  return head;
}

// Where padding has no id, any that is there does for what is never read.
void ReadTextIds(ConfigReader* reader, EncoderConfig* config) {
  constexpr int64_t kNone = -1;
  int64_t bos = kNone, eos = kNone;
  reader->Integer("bos_token_id", &bos);
  reader->Integer("eos_token_id", &eos);
  if (!reader->Has("pad_token_id")) {
    config->pad_token_id = 0 <= eos && eos < config->vocabulary_size ? eos : config->vocabulary_size - 1;
  }
  if (bos != kNone && bos != config->pad_token_id) config->bos_token_id = bos;
  if (eos != kNone && eos != config->pad_token_id) config->eos_token_id = eos;
}

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  int64_t layers = 0;
  LayerSpec layer;
  layer.feed_forward.activation = kActivation;
  config->max_positions = 1024;
  config->layer_norm_epsilon = 1e-5;
  double embedding_dropout = config->hidden_dropout;
  reader->Integer("n_positions", &config->max_positions);
  reader->Integer("n_embd", &config->hidden_size, true);
  reader->Integer("n_layer", &layers, true);
  reader->Integer("n_head", &layer.attention.heads, true);
  layer.feed_forward.width = kWidthsOfFeedForward * config->hidden_size;
  reader->Integer("n_inner", &layer.feed_forward.width);
  reader->Real("resid_pdrop", &config->hidden_dropout);
  reader->Real("embd_pdrop", &embedding_dropout);
  reader->Real("attn_pdrop", &config->attention_dropout);
  reader->Real("layer_norm_epsilon", &config->layer_norm_epsilon);
  reader->ReadActivation("activation_function", &layer.feed_forward.activation);
  ReadTextIds(reader, config);
  if (embedding_dropout != config->hidden_dropout) {
    reader->FailUnsupported("embd_pdrop", absl::StrCat("resid_pdrop (", config->hidden_dropout, ")"));
  }
  reader->Only("scale_attn_weights", true);
  reader->Only("scale_attn_by_inverse_layer_idx", false);
  reader->Only("reorder_and_upcast_attn", false);
  reader->Only("add_cross_attention", false);
  reader->Update(SetLayers(layers, layer, config));
}

void WriteConfig(const EncoderConfig& config, ConfigJson* json) {
  const LayerSpec& layer = config.layers.front();
  (*json)["n_positions"] = config.max_positions;
  (*json)["n_embd"] = config.hidden_size;
  (*json)["n_layer"] = config.depth();
  (*json)["n_head"] = layer.attention.heads;
  (*json)["n_inner"] = layer.feed_forward.width;
  (*json)["resid_pdrop"] = config.hidden_dropout;
  (*json)["embd_pdrop"] = config.hidden_dropout;
  (*json)["attn_pdrop"] = config.attention_dropout;
  (*json)["layer_norm_epsilon"] = config.layer_norm_epsilon;
  (*json)["activation_function"] = ActivationOption(layer.feed_forward.activation);
  (*json)["bos_token_id"] = config.bos_token_id.value_or(config.pad_token_id);
  (*json)["eos_token_id"] = config.eos_token_id.value_or(config.pad_token_id);
}

}  // namespace

const ModelFamily& Gpt2Family() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "gpt2";
    f->encoder_class = "GPT2Model";
    f->head_classes = {{HeadKind::kVocabulary, "GPT2LMHeadModel"},
                       {HeadKind::kClasses, "GPT2ForSequenceClassification"},
                       {HeadKind::kScore, "GPT2ForSequenceClassification"},
                       {HeadKind::kSpans, "GPT2ForQuestionAnswering"}};
    f->activation = kActivation;
    // GPT-2 small, Radford et al. 2019.
    f->student = {/*max_positions=*/1024, /*token_types=*/false, /*pooler=*/false, /*layer_norm_epsilon=*/1e-5};
    f->fix = Fix;
    f->head = Gpt2Head;
    f->read_config = ReadConfig;
    f->write_config = WriteConfig;
    f->prefix = "transformer.";
    f->bare = {"wte.", "wpe.", "h.", "ln_f."};
    f->layers = "transformer.h.";
    f->layer = {
        {"ln_1", {"attention.norm"}},
        {"attn.c_attn", {"attention.query", "attention.key", "attention.value"}, /*transposed=*/true},
        {"attn.c_proj", {"attention.output"}, true},
        {"ln_2", {"feed_forward.norm"}},
        {"mlp.c_fc", {"feed_forward.up"}, true},
        {"mlp.c_proj", {"feed_forward.down"}, true},
    };
    f->others = {
        {"transformer.wte", {"embeddings.word"}},
        {"transformer.wpe", {"embeddings.position"}},
        {"transformer.ln_f", {"final.norm"}},
        {"qa_outputs", {"head.spans.output"}},
    };
    AddLabelModules("score", /*transform=*/"", f);
    f->single = {{"head.vocabulary.decoder.weight", "lm_head.weight"}};
    f->decoder = "lm_head.weight";
    f->ignored = {".attn.bias", ".attn.masked_bias"};
    return f;
  }();
  return *family;
}

}  // namespace retort
