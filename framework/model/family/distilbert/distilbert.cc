#include "framework/model/family/distilbert/distilbert.h"

#include "absl/strings/str_cat.h"
#include "framework/model/family/bert_options.h"

namespace retort {
namespace {

constexpr double kLayerNormEpsilon = 1e-12;

void ReadConfig(ConfigReader* reader, EncoderConfig* config) {
  config->token_types = 0;
  reader->Integer("max_position_embeddings", &config->max_positions);
  reader->Integer("dim", &config->hidden_size, true);
  reader->Integer("n_layers", &config->layers, true);
  reader->Integer("n_heads", &config->heads, true);
  reader->Integer("hidden_dim", &config->intermediate_size, true);
  reader->Real("dropout", &config->hidden_dropout);
  reader->Real("attention_dropout", &config->attention_dropout);
  reader->ReadActivation("activation", &config->activation);
  config->head_activation = config->activation;
  reader->Only("tie_weights_", true);
}

void WriteConfig(const EncoderConfig& config, ConfigJson* json) {
  (*json)["max_position_embeddings"] = config.max_positions;
  (*json)["dim"] = config.hidden_size;
  (*json)["n_layers"] = config.layers;
  (*json)["n_heads"] = config.heads;
  (*json)["hidden_dim"] = config.intermediate_size;
  (*json)["dropout"] = config.hidden_dropout;
  (*json)["attention_dropout"] = config.attention_dropout;
  (*json)["activation"] = ActivationOption(config.activation);
  (*json)["sinusoidal_pos_embds"] = false;
}

absl::Status Check(const EncoderConfig& config) {
  absl::Status status = WantField("token_types", config.family, 0, config.token_types);
  status.Update(WantField("pooler", config.family, false, config.pooler));
  status.Update(WantField("layer_norm_epsilon", config.family, kLayerNormEpsilon, config.layer_norm_epsilon));
  if (!status.ok())
    return absl::InvalidArgumentError(absl::StrCat(status.message(), "; family bert has a place for it"));
  status.Update(WantHeadActivation(config, config.activation));
  status.Update(CheckBertLike(config, /*position_offset=*/0));
  return status;
}

}  // namespace

const ModelFamily& DistilbertFamily() {
  static const auto* const family = [] {
    auto* f = new ModelFamily;
    f->name = "distilbert";
    f->encoder_class = "DistilBertModel";
    f->head_class = "DistilBertForMaskedLM";
    f->set_up = [](EncoderConfig* config) { config->token_types = 0; };
    f->read_config = ReadConfig;
    f->write_config = WriteConfig;
    f->check = Check;
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
        {"vocab_transform", {"masked_lm.transform"}},
        {"vocab_layer_norm", {"masked_lm.norm"}},
        {"vocab_projector", {"masked_lm.decoder"}},
    };
    f->decoder = "vocab_projector.weight";
    f->ignored = {"distilbert.embeddings.position_ids"};
    return f;
  }();
  return *family;
}

}  // namespace retort
