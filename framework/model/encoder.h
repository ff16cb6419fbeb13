#ifndef RETORT_FRAMEWORK_MODEL_ENCODER_H_
#define RETORT_FRAMEWORK_MODEL_ENCODER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/head.h"
#include "framework/model/parameter_set.h"

namespace retort {

// A model in use: read from a Hugging Face folder, asked for its last hidden state.
//
//   RETORT_ASSIGN_OR_RETURN(LoadedModel model, LoadModel("data/teachers/mini"));   // framework/model/files
//   const Encoder encoder(model.config);
//   Capture capture;
//   capture.hidden.insert(encoder.config().depth());
//   const ModelOutputs outputs = encoder.Forward(model.parameters, batch, capture, /*dropout=*/std::nullopt);
//   const at::Tensor& last = outputs.hidden.at(encoder.config().depth());          // [B, S, H]

// The parameters of an encoder and its heads, by canonical name, l in 1..L:
//
//   embeddings.{word [V, H], position [P, H], token_type [T, H]}         embeddings.norm.{scale, shift} [H]
//   layer.l.attention.{query, key, value}.{weight [A·d, H], bias [A·d]}
//   layer.l.attention.output.{weight [H, A·d], bias [H]}                 layer.l.attention.norm.{scale, shift} [H]
//   layer.l.feed_forward.{up, gate}.{weight [I, H], bias [I]}
//   layer.l.feed_forward.down.{weight [H, I], bias [H]}                  layer.l.feed_forward.norm.{scale, shift} [H]
//   pooler.{weight [H, H], bias [H]}                                     final.norm.{scale, shift} [H]
//   head.<kind>.*, as framework/model/head.h says
//
// The first F - 1 of F feed-forward networks are layer.l.feed_forward.f.*, f in 1..F-1; the last one has no number.
// Where embeddings are narrower, embeddings.word is [V, E], and embeddings.projection.{weight [H, E or 3E], bias [H]}.
// Within a bottleneck the names above have D in the place of H, but for values that are computed from the layer's
// input; around it are
//
//   layer.l.bottleneck.{input, attention}.{weight [D, H], bias [D]}, and their norm.{scale, shift} [D]
//   layer.l.bottleneck.output.{weight [H, D], bias [H]}, and its norm.{scale, shift} [H]
//
// What the configuration leaves out is left out.
std::vector<ParameterSpec> EncoderParameterSpecs(const EncoderConfig& config);

// The columns of embeddings.projection, which reads the word embeddings of a position: E, or 3E of trigrams; 0 where
// embeddings are as wide as the model.
int64_t ProjectionInputs(const EncoderConfig& config);

// What the cost of a forward pass over B sequences follows from.
struct PassSize {
  double sequences = 0;  // B
  double positions = 0;  // S, to which all are padded.
  double tokens = 0;     // Σ_b length_b, real positions.
  double pairs = 0;      // Σ_b length_b²

  static PassSize Of(const BatchMasks& masks);
  // Of sequences of one length; of a mean length, where lengths differ, `pairs` is the least that it can be.
  static PassSize OfEqual(double sequences, double positions, double length);
};

// How many rows of a row set there are.
using RowCounter = std::function<double(RowSet)>;

// A Transformer with learned positions, as its configuration says: BERT (Devlin et al. 2019, arXiv:1810.04805) and its
// relatives, MobileBERT (Sun et al. 2020, arXiv:2004.02984), GPT-2. Computes in the type of the parameters; LayerNorm
// statistics and softmax in float32 at least.
//
// Holds no state: the same object serves teacher, students and working copies. Thread-safe.
class Encoder {
 public:
  // CHECK-fails if the configuration is not valid.
  explicit Encoder(EncoderConfig config);

  const EncoderConfig& config() const { return config_; }

  // The head of this kind. CHECK-fails if there is none.
  Head head(HeadKind kind) const { return Head(config_, kind); }

  // Runs the layers that `capture` needs and keeps what it names; hidden[L] is what the final norm gives, where there
  // is one, as in transformers. Around bottlenecks hidden[l] is what leaves them, [B, S, H], and attention[l] is what
  // is inside. If it names logits, hidden[L] is kept: where Capture::read_rows_only says so with their rows computed
  // alone, 0 elsewhere. Without `dropout` nothing is dropped; of a layer with a bottleneck, attention's weights and
  // what leaves the bottleneck are.
  //
  // With trigrams, what lies before and behind a sequence counts as 0, padding too, so that what a sequence gives does
  // not depend on how it is padded. transformers reads the embedding of the padding id behind it, where it is padded.
  //
  // Gradient flows to the parameters if they require it; with `freeze_padding` none from positions that hold the
  // padding id to its word embedding, as with PyTorch's padding_idx. A tied decoder's gradient reaches it all the same.
  //
  // Works on the real positions alone, as rows [n, H], and on padding only if `capture` says that it is read. What is
  // dropped is the same: draws belong to positions. Bits of real positions need not be.
  ModelOutputs Forward(const ParameterSet& parameters, const Batch& batch, const Capture& capture,
                       std::optional<Dropout> dropout, bool freeze_padding = false) const;

  // Floating-point operations of a forward pass that gives what `capture` names, logits included: two per
  // multiplication and addition of matrix products; elementwise work is left out, and so are padding and rows of the
  // last layer that are not computed.
  double ForwardFlops(const PassSize& size, const Capture& capture, const RowCounter& rows) const;

 private:
  EncoderConfig config_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_ENCODER_H_
