#ifndef RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_
#define RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace retort {

// DistilBERT's files have no place for another.
inline constexpr double kDistilbertLayerNormEpsilon = 1e-12;

// The shape of an encoder, as in Hugging Face's config.json.
struct EncoderConfig {
  std::string family = "bert";  // "bert" or "distilbert": which layout its files have.
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

  int64_t head_size() const { return hidden_size / heads; }  // d

  // InvalidArgument naming the field, what was wanted and what was got, if this is no encoder that can be built.
  absl::Status Validate() const;

  friend bool operator==(const EncoderConfig& a, const EncoderConfig& b);
};

// All fields in one line, equal for equal configurations: "family=bert vocabulary_size=8192 ...".
std::string EncoderConfigText(const EncoderConfig& config);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_ENCODER_CONFIG_H_
