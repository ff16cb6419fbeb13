#include "framework/model/family/gpt2/gpt2.h"

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr int64_t kWidthsOfFeedForward = 4;  // Where n_inner does not say.

void SetUp(EncoderConfig* config) {
  config->token_types = 0;
  config->pre_norm = config->causal = true;
  config->head_transform = config->head_bias = false;
  config->activation = Activation::kGeluTanh;
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
  SetUp(config);
  config->max_positions = 1024;
  config->layer_norm_epsilon = 1e-5;
  double embedding_dropout = config->hidden_dropout;
  reader->Integer("n_positions", &config->max_positions);
  reader->Integer("n_embd", &config->hidden_size, true);
  reader->Integer("n_layer", &config->layers, true);
  reader->Integer("n_head", &config->heads, true);
  config->intermediate_size = kWidthsOfFeedForward * config->hidden_size;
  reader->Integer("n_inner", &config->intermediate_size);
  reader->Real("resid_pdrop", &config->hidden_dropout);
  reader->Real("embd_pdrop", &embedding_dropout);
  reader->Real("attn_pdrop", &config->attention_dropout);
  reader->Real("layer_norm_epsilon", &config->layer_norm_epsilon);
  reader->ReadActivation("activation_function", &config->activation);
  ReadTextIds(reader, config);
  if (embedding_dropout != config->hidden_dropout) {
    reader->FailUnsupported("embd_pdrop", absl::StrCat("resid_pdrop (", config->hidden_dropout, ")"));
  }
  reader->Only("scale_attn_weights", true);
  reader->Only("scale_attn_by_inverse_layer_idx", false);
  reader->Only("reorder_and_upcast_attn", false);
  reader->Only("add_cross_attention", false);
}

void WriteConfig(const EncoderConfig& config, ConfigJson* json) {
  (*json)["n_positions"] = config.max_positions;
  (*json)["n_embd"] = config.hidden_size;
  (*json)["n_layer"] = config.layers;
  (*json)["n_head"] = config.heads;
  (*json)["n_inner"] = config.intermediate_size;
  (*json)["resid_pdrop"] = config.hidden_dropout;
  (*json)["embd_pdrop"] = config.hidden_dropout;
  (*json)["attn_pdrop"] = config.attention_dropout;
  (*json)["layer_norm_epsilon"] = config.layer_norm_epsilon;
  (*json)["activation_function"] = ActivationOption(config.activation);
  (*json)["bos_token_id"] = config.bos_token_id.value_or(config.pad_token_id);
  (*json)["eos_token_id"] = config.eos_token_id.value_or(config.pad_token_id);
}

absl::Status Check(const EncoderConfig& config) {
  absl::Status status = WantField("pre_norm", config.family, true, config.pre_norm);
  status.Update(WantField("causal", config.family, true, config.causal));
  status.Update(WantField("token_types", config.family, 0, config.token_types));
  status.Update(WantField("pooler", config.family, false, config.pooler));
  status.Update(WantField("head_transform", config.family, false, config.head_transform));
  status.Update(WantField("head_bias", config.family, false, config.head_bias));
  status.Update(WantField("position_offset", config.family, 0, config.position_offset));
  return status;
}

}  // namespace

const ModelFamily& Gpt2Family() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "gpt2";
    f->encoder_class = "GPT2Model";
    f->head_class = "GPT2LMHeadModel";
    f->set_up = SetUp;
    f->read_config = ReadConfig;
    f->write_config = WriteConfig;
    f->check = Check;
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
    };
    f->single = {{"masked_lm.decoder.weight", "lm_head.weight"}};
    f->decoder = "lm_head.weight";
    f->ignored = {".attn.bias", ".attn.masked_bias"};
    return f;
  }();
  return *family;
}

}  // namespace retort
