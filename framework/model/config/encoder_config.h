#ifndef RETORT_FRAMEWORK_MODEL_CONFIG_ENCODER_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_CONFIG_ENCODER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "framework/model/config/head_spec.h"
#include "framework/model/config/layer_spec.h"

namespace retort {

// The shape of a Transformer and of its heads. What families compute differently is said by fields, so that the layers
// know no families.
struct EncoderConfig {
  std::string family = "bert";  // Which layout its files have: framework/model/family.
  int64_t vocabulary_size = 0;  // V
  int64_t hidden_size = 0;      // H
  // E, the width of the word embeddings, which a dense layer projects to H; 0: they have width H, and there is none.
  int64_t embedding_size = 0;
  bool trigrams = false;          // The projection reads the next, the same and the previous position: [.., 3E].
  std::vector<LayerSpec> layers;  // Layers 1 to L.
  int64_t max_positions = 512;
  int64_t position_offset = 0;  // Row of the position table that the first position reads: RoBERTa's padding id + 1.
  int64_t token_types = 2;      // 0: no token type embeddings.
  bool embedding_norm = true;   // A norm of the embeddings.
  bool final_norm = false;      // A norm after the last layer.
  NormKind norm_kind = NormKind::kLayer;  // Of all norms but those of heads, which are LayerNorms.
  bool pooler = false;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double layer_norm_epsilon = 1e-12;
  // The epsilon of the embeddings' norm and of the one after a layer's last feed-forward network, where it differs.
  std::optional<double> outer_norm_epsilon;
  double initializer_range = 0.02;
  int64_t pad_token_id = 0;
  // What begins and ends a text, for programs that generate some: only GPT-2's files say. None: the padding id.
  std::optional<int64_t> bos_token_id, eos_token_id;
  std::vector<HeadSpec> heads;  // At most one of a kind.

  int depth() const { return static_cast<int>(layers.size()); }  // L
  // Of layer 1..L.
  const LayerSpec& layer(int number) const { return layers[number - 1]; }
  // Columns of the table of word embeddings: E or H.
  int64_t word_width() const { return embedding_size > 0 ? embedding_size : hidden_size; }
  // A position sees those before it only. All layers agree on it.
  bool causal() const { return !layers.empty() && layers.front().attention.causal; }
  // The longest sequence: rows of the position table that positions can read.
  int64_t longest_sequence() const { return max_positions - position_offset; }
  // Logits that the head has for a row: V, C, 2 or 1.
  int64_t outputs(const HeadSpec& head) const;

  // InvalidArgument naming the field, what was wanted and what was got, if this is no encoder that can be built.
  absl::Status Validate() const;

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("family", self.family);
    visit("vocabulary_size", self.vocabulary_size);
    visit("hidden_size", self.hidden_size);
    visit("embedding_size", self.embedding_size);
    visit("trigrams", self.trigrams);
    visit("layers", self.layers);
    visit("max_positions", self.max_positions);
    visit("position_offset", self.position_offset);
    visit("token_types", self.token_types);
    visit("embedding_norm", self.embedding_norm);
    visit("final_norm", self.final_norm);
    visit("norm_kind", self.norm_kind);
    visit("pooler", self.pooler);
    visit("hidden_dropout", self.hidden_dropout);
    visit("attention_dropout", self.attention_dropout);
    visit("layer_norm_epsilon", self.layer_norm_epsilon);
    visit("outer_norm_epsilon", self.outer_norm_epsilon);
    visit("initializer_range", self.initializer_range);
    visit("pad_token_id", self.pad_token_id);
    visit("bos_token_id", self.bos_token_id);
    visit("eos_token_id", self.eos_token_id);
    visit("head", self.heads);
  }
};

// The head of this kind; null if there is none.
const HeadSpec* FindHead(const EncoderConfig& config, HeadKind kind);
HeadSpec* FindHead(EncoderConfig* config, HeadKind kind);

// Gives the configuration `count` layers like this one, whose heads share its width: head_size = H / heads, or within a
// bottleneck D / heads. InvalidArgument naming the number, what was wanted and what was got, for less than one layer or
// more than 4096, for heads below 1, or if they do not divide the width.
absl::Status SetLayers(int64_t count, LayerSpec layer, EncoderConfig* config);

// Every field's name and value, in order; those of equal layers that follow one another once:
// {"hidden_size", "384"}, {"layers.1-6.attention.heads", "12"}, {"head.vocabulary.tied", "true"}.
std::vector<std::pair<std::string, std::string>> EncoderConfigFields(const EncoderConfig& config);

// These fields in one line, equal for equal configurations: "family=bert vocabulary_size=8192 ...".
std::string EncoderConfigText(const EncoderConfig& config);

bool operator==(const LayerSpec& a, const LayerSpec& b);
bool operator==(const HeadSpec& a, const HeadSpec& b);
bool operator==(const EncoderConfig& a, const EncoderConfig& b);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CONFIG_ENCODER_CONFIG_H_
