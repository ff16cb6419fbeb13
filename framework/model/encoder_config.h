#ifndef RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace retort {

// Between the two matrices of a feed-forward layer, and in the head.
enum class Activation {
  kGelu,      // x Φ(x), with the error function.
  kGeluTanh,  // Its approximation by tanh: "gelu_new" of GPT-2.
  kRelu,
};

// The shape of a Transformer and of its language-model head, as in Hugging Face's config.json. What families compute
// differently is said by fields, so that the layers know no families.
struct EncoderConfig {
  std::string family = "bert";  // Which layout its files have: framework/model/family.
  int64_t vocabulary_size = 0;  // V
  int64_t hidden_size = 0;      // H
  int64_t layers = 0;           // L
  int64_t heads = 0;            // A
  int64_t intermediate_size = 0;
  int64_t max_positions = 512;
  int64_t token_types = 2;  // 0: no token type embeddings.
  bool pooler = false;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double layer_norm_epsilon = 1e-12;
  double initializer_range = 0.02;
  int64_t pad_token_id = 0;
  // What begins and ends a text, for programs that generate some: only GPT-2's files say. None: the padding id.
  std::optional<int64_t> bos_token_id, eos_token_id;
  Activation activation = Activation::kGelu;
  Activation head_activation = Activation::kGelu;  // In the language-model head.
  bool pre_norm = false;        // LayerNorm before attention and feed-forward and once at the end, as GPT-2; not after.
  bool causal = false;          // A position attends to itself and those before it.
  int64_t position_offset = 0;  // Row of the position table that the first position reads: RoBERTa's padding id + 1.
  bool language_model_head = true;
  bool head_transform =
      true;                  // The language-model head has a dense layer, activation and LayerNorm before the decoder.
  bool head_bias = true;     // The decoder has a bias.
  bool tied_decoder = true;  // The decoder's matrix is that of the word embeddings.

  // The longest sequence: rows of the position table that positions can read.
  int64_t longest_sequence() const { return max_positions - position_offset; }

  int64_t head_size() const { return hidden_size / heads; }  // d

  // InvalidArgument naming the field, what was wanted and what was got, if this is no encoder that can be built.
  absl::Status Validate() const;

  friend bool operator==(const EncoderConfig& a, const EncoderConfig& b);
};

// All fields in one line, equal for equal configurations: "family=bert vocabulary_size=8192 ...".
std::string EncoderConfigText(const EncoderConfig& config);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_
