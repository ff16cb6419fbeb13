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
  if (!reader->Has("pad_token_id")) {  // Any id does for what is never read.
    config->pad_token_id = config->vocabulary_size - 1;
    reader->Integer("eos_token_id", &config->pad_token_id);
  }
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
  (*json)["bos_token_id"] = config.pad_token_id;  // What ReadConfig took for padding.
  (*json)["eos_token_id"] = config.pad_token_id;
}

absl::Status Check(const EncoderConfig& config) {
  const auto want = [&](bool holds, const std::string& what) {
    return holds ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrCat("family: gpt2 ", what));
  };
  absl::Status status = want(config.pre_norm && config.causal, "is causal, with LayerNorm before its parts");
  status.Update(want(config.token_types == 0 && !config.pooler, "has neither token types nor a pooler"));
  status.Update(want(!config.head_transform && !config.head_bias, "has a head without dense layer and bias"));
  status.Update(want(config.position_offset == 0, "counts positions from 0"));
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
