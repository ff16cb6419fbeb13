#ifndef RETORT_FRAMEWORK_MODEL_ENCODER_H_
#define RETORT_FRAMEWORK_MODEL_ENCODER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/encoder_config.h"
#include "framework/model/parameter_set.h"

namespace retort {

// The parameters of an encoder, by canonical name, l in 1..L:
//
//   embeddings.{word [V, H], position [P, H], token_type [T, H]}   embeddings.norm.{scale, shift} [H]
//   layer.l.attention.{query, key, value, output}.{weight [H, H], bias [H]}   layer.l.attention.norm.{scale, shift}
//   layer.l.feed_forward.up.{weight [I, H], bias [I]}   layer.l.feed_forward.down.{weight [H, I], bias [H]}
//   layer.l.feed_forward.norm.{scale, shift}
//   pooler.{weight [H, H], bias [H]}
//
// and with language_model_head: masked_lm.transform.{weight [H, H], bias [H]}, masked_lm.norm.{scale, shift} [H] and
// masked_lm.decoder.bias [V]. The decoder's matrix is embeddings.word, or masked_lm.decoder.weight [V, H] where it is
// not tied. With LayerNorm before the parts of a layer there is no embeddings.norm, but final.norm.{scale, shift}.
// What the configuration leaves out is left out.
std::vector<ParameterSpec> EncoderParameterSpecs(const EncoderConfig& config);

// The seed of a student's dropout. Each dropout layer has a site number: 0 after the embeddings, then three per layer
// (attention weights, attention output, feed-forward output).
struct Dropout {
  uint64_t seed = 0;
};

// A Transformer of one of the families of framework/model/family: BERT (Devlin et al. 2019, arXiv:1810.04805) and its
// relatives with LayerNorm after each part, GPT-2 with LayerNorm before it and causal attention; learned positions.
// Computes in the type of the parameters; LayerNorm statistics and softmax in float32 at least.
//
// Holds no state: the same object serves teacher, students and working copies. Thread-safe.
class Encoder {
 public:
  // CHECK-fails if the configuration is not valid.
  explicit Encoder(EncoderConfig config);

  const EncoderConfig& config() const { return config_; }

  // Runs the layers that `capture` needs and keeps what it names; hidden[L] of a model with LayerNorm before its parts
  // is what the final LayerNorm gives, as in transformers. If it names vocabulary rows, hidden[L] is kept.
  // Token types are all 0. Without `dropout` nothing is dropped. Gradient flows to the parameters if they require it.
  ModelOutputs Forward(const ParameterSet& parameters, const Batch& batch, const Capture& capture,
                       std::optional<Dropout> dropout) const;

  // The input of the decoder for rows of the last hidden state: LayerNorm(act(W x + b)), or x where the head has no
  // dense layer. [n, H] -> [n, H].
  at::Tensor MaskedLmTransform(const ParameterSet& parameters, const at::Tensor& rows) const;

  // The name of the decoder's matrix, [V, H].
  const char* DecoderMatrix() const;

  // The logits of rows of the last hidden state, [..., H] -> [..., V].
  at::Tensor Logits(const ParameterSet& parameters, const at::Tensor& rows) const;

  // tanh(W x + b) of the first position, [B, H].
  at::Tensor Pooled(const ParameterSet& parameters, const at::Tensor& last_hidden) const;

  // Floating-point operations of a forward pass over B sequences of S positions up to `depth` layers, with the
  // masked-LM head on `vocabulary_rows` rows: two per multiplication and addition of matrix products; elementwise work
  // is left out.
  double ForwardFlops(int64_t sequences, int64_t positions, int depth, int64_t vocabulary_rows) const;

 private:
  EncoderConfig config_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_ENCODER_H_
