#include "framework/model/config/layer_spec.h"

namespace retort {

const char* ActivationName(Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return "gelu";
    case Activation::kGeluTanh:
      return "gelu_tanh";
    case Activation::kRelu:
      return "relu";
    case Activation::kTanh:
      return "tanh";
  }
  return "";
}

const char* NormKindName(NormKind kind) {
  switch (kind) {
    case NormKind::kLayer:
      return "layer";
    case NormKind::kElementwise:
      return "elementwise";
  }
  return "";
}

}  // namespace retort
