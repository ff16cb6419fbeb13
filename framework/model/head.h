#ifndef RETORT_FRAMEWORK_MODEL_HEAD_H_
#define RETORT_FRAMEWORK_MODEL_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"

namespace retort {

// The seed of a model's dropout. Each dropout layer has a site number: 0 after the embeddings, then three per layer l
// (attention weights 3l - 2, attention output 3l - 1, feed-forward output 3l), then two per kind of head, in the order
// of HeadKinds() (before its dense layer, before its output).
struct Dropout {
  uint64_t seed = 0;
};

// The elementwise function.
at::Tensor Activate(Activation activation, const at::Tensor& x);

// tanh(W x + b) of the first position: the last hidden state [B, S, H] -> [B, H].
at::Tensor Pooled(const ParameterSet& parameters, const at::Tensor& last_hidden);

// A head on an encoder. Its parameters, by canonical name, for O logits:
//
//   head.<kind>.transform.{weight [H, H], bias [H]}   head.<kind>.norm.{scale, shift} [H]
//   head.vocabulary.decoder.{weight [V, H], bias [V]}   head.{classes, spans, score}.output.{weight [O, H], bias [O]}
//
// What the specification leaves out is left out; a tied decoder's matrix is embeddings.word. Where word embeddings have
// a width E < H, the decoder's first E columns are such a matrix [V, E], tied or not, and the others are
// head.vocabulary.extension.weight [V, H - E] (Sun et al. 2020, arXiv:2004.02984).
//
// Holds no state beside the specification. Thread-safe.
class Head {
 public:
  // CHECK-fails if the configuration has no head of this kind. Copies what it needs.
  Head(const EncoderConfig& config, HeadKind kind);

  const HeadSpec& spec() const { return spec_; }
  std::vector<ParameterSpec> parameters() const;

  // The output's matrix, [O, H]: a copy where it consists of two. Gradient flows to the parameters.
  at::Tensor Matrix(const ParameterSet& parameters) const;
  // Adds Gᵀ x to the matrix's part of the flat gradient: G [n, O] that of the logits, x [n, H]. Without autograd.
  void AddMatrixGradient(const at::Tensor& gradient, const at::Tensor& x, const ParameterSet& parameters) const;
  // The name of the output's bias, [O], which is empty if there is none.
  const std::string& bias() const { return bias_; }

  // What the output reads: LayerNorm(act(W x + b)), or x where the head has neither. [..., H] -> [..., H].
  at::Tensor Transform(const ParameterSet& parameters, const at::Tensor& x) const;

  // The logits of what was pooled, without dropout: [..., H] -> [..., O].
  at::Tensor Logits(const ParameterSet& parameters, const at::Tensor& pooled) const;

  // The logits of a batch, from the last hidden state [B, S, H]: [B, O] of what the head pools, or [B, S, O] where it
  // reads every position. Gradient flows to last_hidden and to the parameters.
  at::Tensor BatchLogits(const ParameterSet& parameters, const Batch& batch, const at::Tensor& last_hidden,
                         std::optional<Dropout> dropout) const;

  // Floating-point operations for some rows that are pooled, two per multiplication and addition of matrix products.
  double Flops(double rows) const;

 private:
  // Parameters that are columns of the output's matrix, in order.
  struct Columns {
    std::string name;
    int64_t count;
  };

  // [B, 1, H], or [B, S, H] where every position is read.
  at::Tensor Pool(const ParameterSet& parameters, const Batch& batch, const at::Tensor& last_hidden) const;

  HeadSpec spec_;
  int64_t width_;    // H
  int64_t outputs_;  // O
  double epsilon_;
  uint32_t first_site_;
  std::vector<Columns> matrix_;
  std::string name_, bias_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_HEAD_H_
