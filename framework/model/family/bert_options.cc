#include "framework/model/family/bert_options.h"

#include <algorithm>

namespace retort {

void ReadBertOptions(ConfigReader* reader, EncoderConfig* config) {
  reader->Integer("max_position_embeddings", &config->max_positions);
  reader->Integer("hidden_size", &config->hidden_size, true);
  reader->Integer("num_hidden_layers", &config->layers, true);
  reader->Integer("num_attention_heads", &config->heads, true);
  reader->Integer("intermediate_size", &config->intermediate_size, true);
  reader->Integer("type_vocab_size", &config->token_types);
  reader->Real("hidden_dropout_prob", &config->hidden_dropout);
  reader->Real("attention_probs_dropout_prob", &config->attention_dropout);
  reader->Real("layer_norm_eps", &config->layer_norm_epsilon);
  reader->ReadActivation("hidden_act", &config->activation);
  config->head_activation = config->activation;
  reader->Only("position_embedding_type", "absolute");
  reader->Only("is_decoder", false);
  reader->Only("add_cross_attention", false);
}

void WriteBertOptions(const EncoderConfig& config, ConfigJson* json) {
  (*json)["max_position_embeddings"] = config.max_positions;
  (*json)["hidden_size"] = config.hidden_size;
  (*json)["num_hidden_layers"] = config.layers;
  (*json)["num_attention_heads"] = config.heads;
  (*json)["intermediate_size"] = config.intermediate_size;
  (*json)["type_vocab_size"] = std::max<int64_t>(config.token_types, 1);
  (*json)["hidden_dropout_prob"] = config.hidden_dropout;
  (*json)["attention_probs_dropout_prob"] = config.attention_dropout;
  (*json)["layer_norm_eps"] = config.layer_norm_epsilon;
  (*json)["hidden_act"] = ActivationOption(config.activation);
}

void AddBertModules(const std::string& prefix, ModelFamily* family) {
  family->prefix = prefix;
  family->bare = {"embeddings.", "encoder.", "pooler."};
  family->layers = prefix + "encoder.layer.";
  family->layer = {
      {"attention.self.query", {"attention.query"}},
      {"attention.self.key", {"attention.key"}},
      {"attention.self.value", {"attention.value"}},
      {"attention.output.dense", {"attention.output"}},
      {"attention.output.LayerNorm", {"attention.norm"}},
      {"intermediate.dense", {"feed_forward.up"}},
      {"output.dense", {"feed_forward.down"}},
      {"output.LayerNorm", {"feed_forward.norm"}},
  };
  family->others = {
      {prefix + "embeddings.word_embeddings", {"embeddings.word"}},
      {prefix + "embeddings.position_embeddings", {"embeddings.position"}},
      {prefix + "embeddings.token_type_embeddings", {"embeddings.token_type"}},
      {prefix + "embeddings.LayerNorm", {"embeddings.norm"}},
      {prefix + "pooler.dense", {"pooler"}},
  };
}

absl::Status CheckBertLike(const EncoderConfig& config, int64_t position_offset) {
  absl::Status status = WantField("pre_norm", config.family, false, config.pre_norm);
  status.Update(WantField("causal", config.family, false, config.causal));
  status.Update(WantField("head_transform", config.family, true, config.head_transform));
  status.Update(WantField("head_bias", config.family, true, config.head_bias));
  status.Update(WantField("position_offset", config.family, position_offset, config.position_offset));
  return status;
}

}  // namespace retort
