#ifndef RETORT_FRAMEWORK_MODEL_CONFIG_LAYER_SPEC_H_
#define RETORT_FRAMEWORK_MODEL_CONFIG_LAYER_SPEC_H_

#include <cstdint>

namespace retort {

// A function of one element.
enum class Activation {
  kGelu,      // x Φ(x), with the error function.
  kGeluTanh,  // Its approximation by tanh: "gelu_new" of GPT-2.
  kRelu,
  kTanh,
};

// "gelu", "gelu_tanh", "relu" or "tanh".
const char* ActivationName(Activation activation);

// What a norm computes over a row x of width H.
enum class NormKind {
  kLayer,        // LayerNorm: Ba et al. 2016, arXiv:1607.06450.
  kElementwise,  // x · scale + shift, "NoNorm": Sun et al. 2020, arXiv:2004.02984, section 3.3.
};

// "layer" or "elementwise".
const char* NormKindName(NormKind kind);

// Where a layer's two parts (attention, feed-forward) have their LayerNorm.
enum class NormPlacement {
  kPost,  // LayerNorm(x + part(x)): Vaswani et al. 2017, arXiv:1706.03762.
  kPre,   // x + part(LayerNorm(x)): GPT-2.
};

// Self-attention: queries, keys and values of A heads of size d from [.., H], and back from [.., A·d]; within a
// bottleneck as BottleneckSpec says.
struct AttentionSpec {
  int64_t heads = 0;      // A
  int64_t head_size = 0;  // d
  bool causal = false;    // A position attends to itself and those before it.
  bool bias = true;       // Of all four matrices.

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("heads", self.heads);
    visit("head_size", self.head_size);
    visit("causal", self.causal);
    visit("bias", self.bias);
  }
};

// The most feed-forward networks that a layer may have.
constexpr int64_t kMostFeedForwardNetworks = 16;

// down(act(up(x))), or down(act(gate(x)) · up(x)) where it is gated (Shazeer 2020, arXiv:2002.05202). MobileBERT's
// layers have several, one after the other, each with a residual connection and a norm of its own.
struct FeedForwardSpec {
  int64_t width = 0;  // I, between the matrices.
  Activation activation = Activation::kGelu;
  bool gated = false;
  bool bias = true;      // Of all matrices.
  int64_t networks = 1;  // F

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("width", self.width);
    visit("activation", self.activation);
    visit("gated", self.gated);
    visit("bias", self.bias);
    visit("networks", self.networks);
  }
};

// A bottleneck around a layer's parts (Sun et al. 2020, arXiv:2004.02984, section 3.1): a dense layer with a norm makes
// [.., D] of the layer's input [.., H], the parts and their residual connections work at width D, and another dense
// layer makes [.., H] of it again, to which the layer's input is added before a norm.
struct BottleneckSpec {
  int64_t width = 0;  // D; 0: there is none, and the parts work at width H.
  // Queries, keys and values are all computed from what the parts read, [.., D]. False: queries and keys share a
  // bottleneck of their own, and values are computed from the layer's input, [.., H].
  bool feeds_attention = false;

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("width", self.width);
    visit("feeds_attention", self.feeds_attention);
  }
};

// One layer of an encoder.
struct LayerSpec {
  BottleneckSpec bottleneck;
  NormPlacement norm = NormPlacement::kPost;
  AttentionSpec attention;
  FeedForwardSpec feed_forward;

  // The width that the parts work at in an encoder of width H: D, or H without a bottleneck.
  int64_t inner_width(int64_t hidden_size) const { return bottleneck.width > 0 ? bottleneck.width : hidden_size; }
  // The width of what values are computed from.
  int64_t value_width(int64_t hidden_size) const {
    return bottleneck.feeds_attention ? inner_width(hidden_size) : hidden_size;
  }

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("bottleneck", self.bottleneck);
    visit("norm", self.norm);
    visit("attention", self.attention);
    visit("feed_forward", self.feed_forward);
  }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CONFIG_LAYER_SPEC_H_
