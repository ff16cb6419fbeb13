#include "framework/model/family/bert_options.h"

#include <algorithm>

namespace retort {

void ReadBertOptions(ConfigReader* reader, EncoderConfig* config) { ReadBertOptionsOver(LayerSpec(), reader, config); }

void ReadBertOptionsOver(LayerSpec layer, ConfigReader* reader, EncoderConfig* config) {
  reader->Integer("max_position_embeddings", &config->max_positions);
  reader->Integer("hidden_size", &config->hidden_size, true);
  int64_t layers = 0;
  reader->Integer("num_hidden_layers", &layers, true);
  reader->Integer("num_attention_heads", &layer.attention.heads, true);
  reader->Integer("intermediate_size", &layer.feed_forward.width, true);
  reader->Integer("type_vocab_size", &config->token_types);
  reader->Real("hidden_dropout_prob", &config->hidden_dropout);
  reader->Real("attention_probs_dropout_prob", &config->attention_dropout);
  reader->Real("layer_norm_eps", &config->layer_norm_epsilon);
  reader->ReadActivation("hidden_act", &layer.feed_forward.activation);
  reader->Only("position_embedding_type", "absolute");
  reader->Only("is_decoder", false);
  reader->Only("add_cross_attention", false);
  reader->Update(SetLayers(layers, layer, config));
}

void WriteBertOptions(const EncoderConfig& config, ConfigJson* json) {
  (*json)["max_position_embeddings"] = config.max_positions;
  (*json)["hidden_size"] = config.hidden_size;
  const LayerSpec& layer = config.layers.front();
  (*json)["num_hidden_layers"] = config.depth();
  (*json)["num_attention_heads"] = layer.attention.heads;
  (*json)["intermediate_size"] = layer.feed_forward.width;
  (*json)["type_vocab_size"] = std::max<int64_t>(config.token_types, 1);
  (*json)["hidden_dropout_prob"] = config.hidden_dropout;
  (*json)["attention_probs_dropout_prob"] = config.attention_dropout;
  (*json)["layer_norm_eps"] = config.layer_norm_epsilon;
  (*json)["hidden_act"] = ActivationOption(layer.feed_forward.activation);
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

void AddBertVocabularyModules(ModelFamily* family) {
  family->others.push_back({"cls.predictions.transform.dense", {"head.vocabulary.transform"}});
  family->others.push_back({"cls.predictions.transform.LayerNorm", {"head.vocabulary.norm"}});
  family->single = {{"head.vocabulary.decoder.bias", "cls.predictions.bias"},
                    {"head.vocabulary.decoder.weight", "cls.predictions.decoder.weight"}};
  family->decoder = "cls.predictions.decoder.weight";
  family->second_bias = "cls.predictions.decoder.bias";
}

void AddBertPretraining(const std::string& class_prefix, ModelFamily* family) {
  family->head_classes[HeadKind::kClasses] = class_prefix + "ForNextSentencePrediction";
  family->joint_classes = {{class_prefix + "ForPreTraining", {HeadKind::kVocabulary, HeadKind::kClasses}}};
  family->dropout_options.erase(HeadKind::kClasses);  // One layer, without dropout.
  family->others.push_back({"cls.seq_relationship", {"head.classes.output"}});
}

void FixBertLayers(EncoderConfig* config) {
  FixWithoutBottlenecks(config);
  FixPostNormLayers(config);
}

void FixPostNormLayers(EncoderConfig* config) {
  for (LayerSpec& layer : config->layers) {
    layer.norm = NormPlacement::kPost;
    layer.attention.causal = layer.feed_forward.gated = false;
    layer.attention.bias = layer.feed_forward.bias = true;
  }
  config->embedding_norm = true;
  config->final_norm = false;
  config->position_offset = 0;
}

HeadSpec BertVocabularyHead(const EncoderConfig& config) {
  HeadSpec head;
  head.activation = config.layers.front().feed_forward.activation;
  return head;
}

}  // namespace retort
