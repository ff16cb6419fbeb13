#ifndef RETORT_FRAMEWORK_MODEL_CONFIG_HEAD_SPEC_H_
#define RETORT_FRAMEWORK_MODEL_CONFIG_HEAD_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "framework/model/config/layer_spec.h"

namespace retort {

// What a head predicts.
enum class HeadKind {
  kVocabulary,  // The piece at a position: V logits per position.
  kClasses,     // The class of a sequence: C logits.
  kSpans,       // Where an answer starts and ends: two logits per position.
  kScore,       // A number for a sequence.
};

// All of them, in the order above.
const std::vector<HeadKind>& HeadKinds();

// "vocabulary", "classes", "spans" or "score": the middle of its parameters' names, head.<kind>.*.
const char* HeadKindName(HeadKind kind);

// What a head reads of the last hidden state, [B, S, H].
enum class Pooling {
  kNone,    // Every position.
  kFirst,   // The first position of a sequence.
  kPooler,  // The encoder's pooler, tanh(W x + b) of the first position.
  kMean,    // The mean over the real positions.
  kLast,    // The last real position.
};

// A head: output(LayerNorm(act(transform(x)))) of what is pooled, where it has a dense layer and a LayerNorm before its
// output. The defaults are those of BERT's masked language model (Devlin et al. 2019, arXiv:1810.04805).
struct HeadSpec {
  HeadKind kind = HeadKind::kVocabulary;
  Pooling pooling = Pooling::kNone;
  bool transform = true;  // There is a dense layer [H, H] with an activation.
  Activation activation = Activation::kGelu;
  bool norm = true;
  bool bias = true;                  // Of the output.
  bool tied = true;                  // The output's matrix is that of the word embeddings. VOCABULARY only.
  double dropout = 0;                // Rate before the output. Not for VOCABULARY.
  bool drops_input = false;          // The same rate applies to what is pooled, before the dense layer.
  std::vector<std::string> classes;  // Names of the C classes, in the order of the logits. CLASSES only.

  // All fields but the kind.
  template <typename Self, typename Visitor>
  static void VisitFields(Self& self, const Visitor& visit) {
    visit("pooling", self.pooling);
    visit("transform", self.transform);
    visit("activation", self.activation);
    visit("norm", self.norm);
    visit("bias", self.bias);
    visit("tied", self.tied);
    visit("dropout", self.dropout);
    visit("drops_input", self.drops_input);
    visit("classes", self.classes);
  }
};

// A head of this kind that is one layer with a bias: nothing tied, no dropout; two classes, where it has classes.
HeadSpec PlainHead(HeadKind kind, Pooling pooling);

// The classes of next-sentence prediction (Devlin et al. 2019, section 3.1), in the order of BERT's labels: whether the
// second text follows the first one, "IsNext", or was drawn at random, "NotNext". A head of these classes is stored as
// a family's own head for them, where it has one.
const std::vector<std::string>& NextSentenceClasses();

// What classes are called that have no names: "LABEL_0", "LABEL_1" ..., as in transformers.
std::vector<std::string> UnnamedClasses(int64_t count);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_CONFIG_HEAD_SPEC_H_
