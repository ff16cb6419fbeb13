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

// Where a layer's two parts (attention, feed-forward) have their LayerNorm.
enum class NormPlacement {
  kPost,  // LayerNorm(x + part(x)): Vaswani et al. 2017, arXiv:1706.03762.
  kPre,   // x + part(LayerNorm(x)): GPT-2.
};

// Self-attention: queries, keys and values of A heads of size d from [.., H], and back from [.., A·d].
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

// down(act(up(x))), or down(act(gate(x)) · up(x)) where it is gated (Shazeer 2020, arXiv:2002.05202).
struct FeedForwardSpec {
  int64_t width = 0;  // I, between the matrices.
  Activation activation = Activation::kGelu;
  bool gated = false;
  bool bias = true;  // Of all matrices.

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("width", self.width);
    visit("activation", self.activation);
    visit("gated", self.gated);
    visit("bias", self.bias);
  }
};

// One layer of an encoder.
struct LayerSpec {
  NormPlacement norm = NormPlacement::kPost;
  AttentionSpec attention;
  FeedForwardSpec feed_forward;

  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("norm", self.norm);
    visit("attention", self.attention);
    visit("feed_forward", self.feed_forward);
  }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CONFIG_LAYER_SPEC_H_
