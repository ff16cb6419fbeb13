#include "framework/ops/layer_norm/layer_norm_reference.h"

#include "ATen/TensorOperators.h"

namespace retort::ops {

at::Tensor LayerNormReference(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
  const at::Tensor centred = x - x.mean(-1, /*keepdim=*/true);
  const at::Tensor variance = (centred * centred).mean(-1, /*keepdim=*/true);
  return centred / (variance + epsilon).sqrt() * scale + shift;
}

}  // namespace retort::ops
